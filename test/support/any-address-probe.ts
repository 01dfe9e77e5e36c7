import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, isIP, type Server, type Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { setDefaultCACertificates } from 'node:tls';
import { type Answer, decode, encode } from 'dns-packet';
import { generate } from 'selfsigned';
import { type buildConnector, Pool } from 'undici';
import { createNameResolver } from '../../adapters/dns-name-resolver.ts';
import { createGuardedConnector } from '../../adapters/guarded-connector.ts';
import { createCallbackSender } from '../../adapters/https-callback-sender.ts';
import { nonPublicSpellings } from './non-public-spellings.ts';

/**
 * Runs where every address is this machine's own, so that nothing the sender connects to can escape notice. Reads a
 * `ProbePlan` from the standard input and writes a `ProbeReport` to the standard output.
 */
export interface ProbePlan {
  /** Calls of the sender, in this order; each is observed by itself. */
  readonly calls: readonly { readonly label: string; readonly url: string; readonly times?: number }[];
  /**
   * By name, what each successive look-up gets, the last one for ever: addresses, and names to which the records
   * after them belong. A name that is not here does not exist.
   */
  readonly zone: Readonly<Record<string, readonly (readonly string[])[]>>;
  /** Goes through the proxy of the environment, if there is one that Node heeds. */
  readonly fetched: string;
}

export interface Observation {
  /** What was called, and what came of it. */
  readonly outcomes: readonly (readonly [called: string, outcome: string])[];
  /** Local address and port of every connection that came in meanwhile. */
  readonly connections: readonly string[];
}

export interface ProbeReport {
  /** A socket of node:net for every address that a spelling is read as. */
  readonly plainSockets: Observation;
  readonly calls: Readonly<Record<string, Observation>>;
  /** Every spelling of a non-public address, handed to the sender. */
  readonly sentSpellings: Observation;
  /** The same as an origin of undici over the guarded connector, past the check of the URL. */
  readonly pooledSpellings: Observation;
  /** The same as the text of a host, past the parser of URLs as well. */
  readonly connectedSpellings: Observation;
  readonly fetched: Observation;
}

const rules = { allowPrivateCallbacks: false, allowedPorts: [443, 8443], ownHosts: [] };
const tlsPorts = [443, 8443];
const plainPorts = [22, 80, 3128, 8080];
/** An agent for proxies would try again for ever if it got no answer at all. */
const noService = 'HTTP/1.1 503 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

interface Canary {
  observe(calls: () => Promise<Observation['outcomes']>): Promise<Observation>;
  close(): Promise<void>;
}

/** Listens everywhere and keeps account of who comes in. */
async function startCanary(): Promise<Canary> {
  const markers = ['127.99.99.99', 'fd99::99'];
  const sockets = new Set<Socket>();
  let connections: string[] = [];
  let onMarker = (_: string): void => undefined;

  const certificate = await createCertificate();
  const listen = async (port: number, host: string): Promise<Server> => {
    const server: Server = tlsPorts.includes(port)
      ? createHttpsServer(certificate, (request, response) => {
          const { searchParams } = new URL(request.url ?? '', 'https://receiver.example.com');
          const location = searchParams.get('location');
          response
            // The next call has to look the name up again.
            .writeHead(Number(searchParams.get('status') ?? 204), {
              connection: 'close',
              ...(location ? { location } : {}),
            })
            .end();
        })
      : createServer((socket) => void socket.once('data', () => socket.end(noService)));
    server.on('connection', (socket: Socket) => {
      const { localAddress = '', localPort } = socket;
      sockets.add(socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket)));
      if (markers.includes(localAddress)) return onMarker(`${localAddress} ${localPort}`);
      connections.push(`${localAddress} ${localPort}`);
    });
    server.listen({ port, host, ipv6Only: true, backlog: 512 });
    await once(server, 'listening');
    return server;
  };
  const doors = [...tlsPorts, ...plainPorts].flatMap((port) =>
    ['0.0.0.0', '::'].map((host, index) => ({ port, host, marker: markers[index] ?? '' })),
  );
  const servers = await Promise.all(doors.map(({ port, host }) => listen(port, host)));

  /** Connections come in in the order in which they were made: once the marker's is here, all before it are. */
  async function settle(): Promise<void> {
    const awaited = new Set(doors.map(({ marker, port }) => `${marker} ${port}`));
    const arrived = new Promise<void>((resolve) => {
      onMarker = (door) => {
        awaited.delete(door);
        if (awaited.size === 0) resolve();
      };
    });
    const visitors = doors.map(({ marker, port }) => connect(port, marker));
    await arrived;
    for (const visitor of visitors) visitor.destroy();
  }

  return {
    async observe(calls) {
      connections = [];
      const outcomes = await calls();
      await settle();
      return { outcomes, connections };
    },
    async close() {
      const closed = servers.map((server) => once(server.close(), 'close'));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

/** Trusted by this process, for the names and addresses that the plan takes for public. */
async function createCertificate(): Promise<{ key: string; cert: string }> {
  const altNames = [
    { type: 2 as const, value: '*.receivers.example.com' },
    { type: 7 as const, ip: '93.184.215.14' },
    { type: 7 as const, ip: '2606:4700::1111' },
  ];
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'receivers' }], {
    extensions: [{ name: 'subjectAltName', altNames }],
    algorithm: 'sha256',
  });
  setDefaultCACertificates([cert]);
  return { key, cert };
}

/** Answers with whatever the plan says, as a hostile owner of a domain would. */
async function startNameServer(zone: ProbePlan['zone']): Promise<{ server: string; close(): void }> {
  const socket = createSocket('udp4');
  const lookups = new Map<string, number>();
  socket.on('message', (message, { address, port }) => {
    const { id, questions: [question] = [] } = decode(message);
    if (!question) return;
    const name = question.name.toLowerCase();
    const key = `${question.type} ${name}`;
    const round = lookups.get(key) ?? 0;
    lookups.set(key, round + 1);
    const rounds = zone[name];
    const answers = recordsOf(name, rounds?.at(Math.min(round, rounds.length - 1)) ?? []);
    const noSuchName = rounds ? 0 : 3;
    const reply = encode({
      type: 'response',
      ...(id === undefined ? {} : { id }),
      flags: 0x0480 | noSuchName,
      questions: [question],
      answers: answers.filter(({ type }) => type === question.type || type === 'CNAME'),
    });
    socket.send(reply, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { server: `127.0.0.1:${socket.address().port}`, close: () => void socket.close() };
}

function recordsOf(name: string, values: readonly string[]): Answer[] {
  let owner = name;
  return values.map((data): Answer => {
    if (isIP(data)) return { type: isIP(data) === 4 ? 'A' : 'AAAA', name: owner, ttl: 0, data };
    const alias = { type: 'CNAME' as const, name: owner, ttl: 0, data };
    owner = data;
    return alias;
  });
}

async function callEach(
  names: readonly string[],
  call: (name: string) => Promise<string>,
): Promise<Observation['outcomes']> {
  const outcomes: (readonly [string, string])[] = [];
  for (const name of names) outcomes.push([name, await call(name)]);
  return outcomes;
}

function codeOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  return code ?? message;
}

async function connectPlainly(address: string): Promise<string> {
  const socket = connect({ port: 443, host: address, timeout: 1_000 });
  socket.on('timeout', () => socket.destroy(new Error('timeout')));
  try {
    await once(socket, 'connect');
    return 'connected';
  } catch (error) {
    return codeOf(error);
  } finally {
    socket.destroy();
  }
}

async function requestFrom(origin: string, connector: buildConnector.connector): Promise<string> {
  const pool = new Pool(origin, { connect: connector });
  try {
    const { statusCode } = await pool.request({ method: 'POST', path: '/', body: '{}' });
    return String(statusCode);
  } catch (error) {
    return codeOf(error);
  } finally {
    await pool.destroy();
  }
}

function connectTo(hostname: string, connector: buildConnector.connector): Promise<string> {
  return new Promise((resolve) => {
    connector({ hostname, host: hostname, protocol: 'https:', port: '443' }, (error, socket) => {
      socket?.destroy();
      resolve(error ? codeOf(error) : 'connected');
    });
  });
}

async function probe({ calls, zone, fetched }: ProbePlan): Promise<ProbeReport> {
  const canary = await startCanary();
  const nameServer = await startNameServer(zone);
  const names = createNameResolver([nameServer.server]);
  const sender = createCallbackSender(rules, names);
  const connector = createGuardedConnector(names);

  const urls = unique(nonPublicSpellings.map(({ url }) => url));
  const origins = unique(
    urls.map((url) => URL.parse(url)?.origin).filter((origin) => origin?.startsWith('http')),
  );
  const hosts = unique(urls.map((url) => /^https:\/\/(.*)\/$/s.exec(url)?.[1]));
  const literals = unique(origins.map((origin) => new URL(origin).hostname.replace(/^\[(.*)\]$/, '$1')));

  const send = async (url: string): Promise<string> => {
    const request = {
      connectionKey: 'sub_1',
      headers: {},
      confidentialHeaders: {},
      body: '{}',
      timeoutMs: 4_000,
    };
    const outcome = await sender.send({ ...request, url }).catch(codeOf);
    if (typeof outcome === 'string') return `threw ${outcome}`;
    if (outcome.kind === 'success') return `delivered ${outcome.status}`;
    return outcome.status ? `${outcome.reason} ${outcome.status}` : outcome.reason;
  };

  const observedCalls: Record<string, Observation> = {};
  for (const { label, url, times = 1 } of calls)
    observedCalls[label] = await canary.observe(() => callEach(Array<string>(times).fill(url), send));

  const report = {
    calls: observedCalls,
    plainSockets: await canary.observe(() => callEach(literals.filter(isIP), connectPlainly)),
    sentSpellings: await canary.observe(() => callEach(urls, send)),
    pooledSpellings: await canary.observe(() =>
      callEach(origins, (origin) => requestFrom(origin, connector)),
    ),
    connectedSpellings: await canary.observe(() => callEach(hosts, (host) => connectTo(host, connector))),
    fetched: await canary.observe(() =>
      callEach([fetched], (url) =>
        fetch(url, { signal: AbortSignal.timeout(4_000) }).then(({ status }) => String(status), codeOf),
      ),
    ),
  };
  await sender.close();
  nameServer.close();
  await canary.close();
  return report;
}

function unique(texts: readonly (string | undefined)[]): string[] {
  return [...new Set(texts.filter((text) => text !== undefined))];
}

process.stdout.write(JSON.stringify(await probe((await json(process.stdin)) as ProbePlan)));
