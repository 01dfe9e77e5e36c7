import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createNetServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { type HoldingWay, holdingWays, statusOfWay } from '../support/holding-ways.ts';

/**
 * The account owners' receivers, in a process of their own, each on a port of its own. What a receiver gets it writes
 * down itself, before it answers; what it does beyond that the run says.
 */
export interface ReceiverLine {
  /** Of this call among all of the process. */
  readonly number: number;
  readonly port: number;
  readonly atMs: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Absent for a call that gets no answer. */
  readonly status?: number;
}

/** Written down once the answer is given. */
export interface AnswerLine {
  readonly number: number;
  readonly answeredAtMs: number;
}

/** How a receiver answers; 204 at once without an order. */
export interface Behaviour {
  /** One after the other, the last one for ever. 0: no answer at all. */
  readonly statuses?: readonly number[];
  /** Before the first answers, one after the other; none after those. */
  readonly delaysMs?: readonly number[];
  /** Sends back what it was sent. */
  readonly echoes?: boolean;
  /** Holds each call for as long as it is let, in place of an answer. */
  readonly holds?: HoldingWay;
}

export type Order =
  | { readonly kind: 'behave'; readonly port: number; readonly behaviour: Behaviour }
  /** Tells when the receivers have got so many calls more. */
  | { readonly kind: 'tell'; readonly afterCalls: number };

export type ReceiverMessage =
  | { readonly kind: 'listening'; readonly ports: readonly number[]; readonly deafPort: number }
  | { readonly kind: 'told' };

/** Where receivers are called that are not this machine's own to see: behind TLS, at whatever address. */
export interface Premises {
  readonly key: string;
  readonly cert: string;
  readonly firstPort: number;
}

const [, , callsFile = '', answersFile = '', connectionsFile = '', count = '0', givenPremises] = process.argv;
const premises = givenPremises ? (JSON.parse(givenPremises) as Premises) : undefined;
const behaviours = new Map<
  number,
  { statuses: number[]; delaysMs: number[]; echoes: boolean; holds: HoldingWay | undefined }
>();
let callsUntilTold = Number.POSITIVE_INFINITY;
let lastNumber = 0;

async function receive(port: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const atMs = Date.now();
  const body = await text(request);
  const { statuses = [], delaysMs = [], echoes = false, holds } = behaviours.get(port) ?? {};
  const given = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 204;
  const status = holds ? statusOfWay[holds] : given;
  const delayMs = delaysMs.shift() ?? 0;
  const headers = request.headers as Record<string, string>;
  const number = (lastNumber += 1);
  const line: ReceiverLine = {
    number,
    port,
    atMs,
    path: request.url ?? '',
    headers,
    body,
    ...(status === 0 ? {} : { status }),
  };
  appendFileSync(callsFile, `${JSON.stringify(line)}\n`);
  callsUntilTold -= 1;
  if (callsUntilTold <= 0) {
    callsUntilTold = Number.POSITIVE_INFINITY;
    tell({ kind: 'told' });
    // Whoever is to be killed in the middle of this call gets the time to be.
    await setTimeout(300);
  }
  if (delayMs > 0) await setTimeout(delayMs);
  if (status === 0) return;
  const answer: AnswerLine = { number, answeredAtMs: Date.now() };
  if (holds) holdingWays[holds](response);
  else response.writeHead(status).end(echoes ? JSON.stringify(headers) + body : '');
  appendFileSync(answersFile, `${JSON.stringify(answer)}\n`);
}

process.on('message', (order: Order) => {
  if (order.kind === 'tell') {
    callsUntilTold = order.afterCalls;
    return;
  }
  const { statuses = [], delaysMs = [], echoes = false, holds } = order.behaviour;
  behaviours.set(order.port, { statuses: [...statuses], delaysMs: [...delaysMs], echoes, holds });
});
process.on('disconnect', () => process.exit());

function tell(message: ReceiverMessage): void {
  process.send?.(message);
}

/** A short backlog: a process that stands still takes no connection beyond it, as a host that drops packets. */
async function listen(server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  server.on('connection', ({ localAddress }) => appendFileSync(connectionsFile, `${localAddress}\n`));
  await once(server.listen({ port, host, backlog: 32 }), 'listening');
  return (server.address() as AddressInfo).port;
}

async function listenAsReceiver(_: unknown, index: number): Promise<number> {
  let port = 0;
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    receive(port, request, response).catch(() => response.destroy());
  };
  port = premises
    ? await listen(createTlsServer(premises, onRequest), '0.0.0.0', premises.firstPort + index)
    : await listen(createServer(onRequest));
  return port;
}

const ports = await Promise.all(Array.from({ length: Number(count) }, listenAsReceiver));
/** Takes connections and says nothing, not even a TLS handshake. */
const deafPort = await listen(createNetServer((socket) => void socket.on('error', () => socket.destroy())));
tell({ kind: 'listening', ports, deafPort });
