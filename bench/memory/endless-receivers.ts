import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EndlessReceivers {
  /** Each on an address of its own. */
  urls(count: number): string[];
  /** In bytes. */
  largestBody(): number;
  close(): Promise<void>;
}

/** Receivers whose answers have no end. */
export async function startEndlessReceivers(): Promise<EndlessReceivers> {
  const chunk = 'x'.repeat(64 * 1_024);
  let largestBytes = 0;
  const server = createServer((request, response) => {
    largestBytes = Math.max(largestBytes, Number(request.headers['content-length'] ?? 0));
    const write = () => {
      while (!response.destroyed && response.write(chunk)) continue;
    };
    request.resume().once('end', write);
    response.on('drain', write);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '0.0.0.0', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    urls: (count) => Array.from({ length: count }, (_, index) => `http://127.2.0.${index + 1}:${port}/hooks`),
    largestBody: () => largestBytes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
