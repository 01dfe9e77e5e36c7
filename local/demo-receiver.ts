import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { type Behaviour, behave } from './demo-receiver-behaviour.ts';

/**
 * The receiver of an account owner, in a process of its own. It knows only its URL and the secret that the API
 * returned, and accepts only what the `standardwebhooks` package verifies.
 */

export type ReceiverReport =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'verified'; readonly id: string; readonly type: string; readonly receivedAt: number }
  | { readonly kind: 'refused'; readonly id: string; readonly reason: string }
  | { readonly kind: 'answered'; readonly callback: AnsweredCallback };

/** As the receiver saw it. */
export interface AnsweredCallback {
  readonly receivedAt: string;
  readonly id: string;
  readonly type?: string;
  readonly verified: boolean;
  /** The status of the answer. Absent if there was none. */
  readonly answered?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Callback {
  readonly type: string;
  /** In a `webhook.verify` call: a receiver that wants to be called sends it back. */
  readonly data: { readonly challenge?: string };
}

const [, , port = '0'] = process.argv;
let webhook: Webhook | undefined;
let behaviour: Behaviour = 'ok';

const server = createServer((request, response) => {
  void receive(request, response);
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const receivedAt = Date.now();
  const id = String(request.headers['webhook-id']);
  const headers = request.headers as Record<string, string>;
  const seen = { receivedAt: new Date(receivedAt).toISOString(), id, headers, body };
  try {
    if (!webhook) throw new Error('no secret yet');
    const event = webhook.verify(body, headers) as Callback;
    if (event.type === 'webhook.verify') {
      response.end(event.data.challenge);
      return;
    }
    // The answer goes first: a run that waits for this callback ends at the report.
    const answering = behave(behaviour, response);
    report({ kind: 'verified', id, type: event.type, receivedAt });
    const answered = await answering;
    const facts = { type: event.type, verified: true, ...(answered === undefined ? {} : { answered }) };
    report({ kind: 'answered', callback: { ...seen, ...facts } });
  } catch (error) {
    response.writeHead(401).end();
    report({ kind: 'refused', id, reason: (error as Error).message });
    report({ kind: 'answered', callback: { ...seen, verified: false, answered: 401 } });
  }
}

process.on('message', (told: { secret?: string; behaviour?: Behaviour }) => {
  if (told.secret) webhook = new Webhook(told.secret);
  if (told.behaviour) behaviour = told.behaviour;
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
