import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setDefaultCACertificates } from 'node:tls';
import { generate } from 'selfsigned';

export interface Observation {
  /** What was called, and what came of it. */
  readonly outcomes: readonly (readonly [called: string, outcome: string])[];
  /** Local address and port of every connection that came in meanwhile. */
  readonly connections: readonly string[];
}

const tlsPorts = [443, 8443];
/** A public address that takes connections and says nothing. */
const silentAddress = '93.184.215.99';
const plainPorts = [22, 80, 3128, 8080];
/** An agent for proxies would try again for ever if it got no answer at all. */
const noService = 'HTTP/1.1 503 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

export interface Canary {
  observe(calls: () => Promise<Observation['outcomes']>): Promise<Observation>;
  close(): Promise<void>;
}

/** Listens everywhere and keeps account of who comes in. */
export async function startCanary(): Promise<Canary> {
  const markers = ['127.99.99.99', 'fd99::99'];
  const sockets = new Set<Socket>();
  let connections: string[] = [];
  let onMarker = (_: string): void => undefined;

  const certificate = await createCertificate();
  const listen = async (port: number, host: string): Promise<Server> => {
    const receiver = tlsPorts.includes(port)
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
    const server = createServer((socket) => {
      if (socket.localAddress === silentAddress) socket.resume();
      else receiver.emit('connection', socket);
    });
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
