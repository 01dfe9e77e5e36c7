import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { answerParent } from '../child.ts';
import type { Certificate } from './receiver.ts';

/** The process behind receiver.ts. */

const [, , certificate = '', count = ''] = process.argv;
let calls = 0;

const servers = Array.from({ length: Number(count) }, () =>
  createServer(JSON.parse(certificate) as Certificate, (request, response) => {
    calls += 1;
    request.resume().once('end', () => response.end('ok'));
  }),
);
const ports = servers.map(async (server) => {
  // Callers close idle connections first.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
});
answerParent(await Promise.all(ports), () => calls);
