import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createNetServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export interface ReceivedCallback {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The sender's port: the same for two callbacks only if they came over one connection. */
  readonly connection: number;
}

export interface Receiver {
  readonly url: string;
  /** In the order of their arrival. */
  readonly callbacks: ReceivedCallback[];
  /** Answers from now on; 204 until it is called. */
  respond(answer: (response: ServerResponse, callback: ReceivedCallback) => void): void;
  close(): Promise<void>;
}

/** An account owner's HTTP endpoint. */
export async function startReceiver(): Promise<Receiver> {
  const callbacks: ReceivedCallback[] = [];
  let answer = (response: ServerResponse, _: ReceivedCallback): void => {
    response.writeHead(204).end();
  };
  const server = createServer((request, response) => {
    const receive = async () => {
      const callback: ReceivedCallback = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers as Record<string, string>,
        body: await text(request),
        connection: request.socket.remotePort ?? 0,
      };
      callbacks.push(callback);
      answer(response, callback);
    };
    receive().catch(() => response.destroy());
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  return {
    url: `http://127.0.0.1:${port}/hooks/iomnihub`,
    callbacks,
    respond(next) {
      answer = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a callback says of itself, unsigned: its headers `iomnihub-…`. */
export function unsignedHeaders({ headers }: ReceivedCallback): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('iomnihub-')));
}

/** Something that listens on a port and does with each connection what the test says. */
export async function startRawServer(
  onConnection: (socket: Socket) => void,
): Promise<{ url: string; connectionCount(): number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createNetServer((socket) => {
    count += 1;
    sockets.add(socket);
    // The peer may cut the connection at any time; without a listener that would end the process.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  return {
    url: `http://127.0.0.1:${port}/hook`,
    connectionCount: () => count,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Reads a callback as its receiver would; throws if it is not genuine. */
export function verifyCallback({ body, headers }: ReceivedCallback, secret: string): unknown {
  return new Webhook(secret).verify(body, headers);
}
