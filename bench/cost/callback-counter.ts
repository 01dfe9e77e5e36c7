import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CallbackCounter {
  /** The URL of one of many receivers; each has an address of its own on loopback. `index`: from 0 to 65,000. */
  urlOf(index: number): string;
  /** Calls since the last `take`. */
  count(): number;
  /** The bytes of their requests: head and body, as HTTP. */
  take(): number;
  close(): Promise<void>;
}

/** Receivers that take every callback at once. */
export async function startCallbackCounter(): Promise<CallbackCounter> {
  let calls = 0;
  let bytes = 0;
  const seen = new WeakMap<object, number>();
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      const { bytesRead } = request.socket;
      calls += 1;
      bytes += bytesRead - (seen.get(request.socket) ?? 0);
      seen.set(request.socket, bytesRead);
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '0.0.0.0', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (index) => `http://127.1.${Math.floor(index / 250)}.${(index % 250) + 1}:${port}/hooks`,
    count: () => calls,
    take() {
      const taken = bytes;
      calls = 0;
      bytes = 0;
      return taken;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
