import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { answerParent } from '../child.ts';
import type { Certificate, ReceivedCall } from './receiver.ts';

/** The process behind receiver.ts. */

const [, , certificate = '', count = ''] = process.argv;
let calls = 0;
let lastCall: ReceivedCall | undefined;

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  calls += 1;
  lastCall = { headers: request.headers, body };
  response.end('ok');
}

const servers = Array.from({ length: Number(count) }, () =>
  createServer(JSON.parse(certificate) as Certificate, (request, response) => {
    // A caller that was killed in the middle of its request gets no answer.
    receive(request, response).catch(() => response.destroy());
  }),
);
const ports = servers.map(async (server) => {
  // Callers close idle connections first.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
});
answerParent(await Promise.all(ports), (question: 'count' | 'last-call') =>
  question === 'count' ? calls : lastCall,
);
