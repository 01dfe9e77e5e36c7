import { once } from 'node:events';
import { connect, isIP } from 'node:net';
import { json } from 'node:stream/consumers';
import { type buildConnector, Pool } from 'undici';
import { createNameResolver } from '../../adapters/dns-name-resolver.ts';
import { createGuardedConnector } from '../../adapters/guarded-connector.ts';
import { createCallbackSender } from '../../adapters/https-callback-sender.ts';
import { type Observation, startCanary } from './canary.ts';
import { startNameServer, type Zone } from './name-server.ts';
import { nonPublicSpellings } from './non-public-spellings.ts';

/**
 * Runs where every address is this machine's own, so that nothing the sender connects to can escape notice. Reads a
 * `ProbePlan` from the standard input and writes a `ProbeReport` to the standard output.
 */
export interface ProbePlan {
  /** Calls of the sender, in this order; each is observed by itself. */
  readonly calls: readonly { readonly label: string; readonly url: string; readonly times?: number }[];
  readonly zone: Zone;
  /** Goes through the proxy of the environment, if there is one that Node heeds. */
  readonly fetched: string;
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
  const connector = createGuardedConnector(names, { allowPrivateCallbacks: false });

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
