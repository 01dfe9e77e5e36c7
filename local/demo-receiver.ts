import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

/**
 * The receiver of an account owner, in a process of its own. It knows only its URL and the secret that the API
 * returned, and accepts only what the `standardwebhooks` package verifies.
 */

export type ReceiverReport =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'verified'; readonly id: string; readonly type: string; readonly receivedAt: number }
  | { readonly kind: 'refused'; readonly id: string; readonly reason: string };

interface Callback {
  readonly type: string;
  /** In a `webhook.verify` call: a receiver that wants to be called sends it back. */
  readonly data: { readonly challenge?: string };
}

const [, , port = '0'] = process.argv;
let webhook: Webhook | undefined;

const server = createServer((request, response) => {
  void receive(request, response);
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const receivedAt = Date.now();
  const id = String(request.headers['webhook-id']);
  try {
    if (!webhook) throw new Error('no secret yet');
    const event = webhook.verify(body, request.headers as Record<string, string>) as Callback;
    if (event.type === 'webhook.verify') {
      response.end(event.data.challenge);
      return;
    }
    response.writeHead(204).end();
    report({ kind: 'verified', id, type: event.type, receivedAt });
  } catch (error) {
    response.writeHead(401).end();
    report({ kind: 'refused', id, reason: (error as Error).message });
  }
}

process.on('message', ({ secret }: { secret: string }) => {
  webhook = new Webhook(secret);
});
process.on('disconnect', () => process.exit());
server.listen(Number(port), '127.0.0.1', () => {
  report({
    kind: 'listening',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/iomnihub`,
  });
});

function report(message: ReceiverReport): void {
  process.send?.(message);
}
