import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { nowMicros, readEventId } from './event-id.ts';

/** Account owners' receivers, each on a port of its own. They measure how late each callback is. */

/** What a receiver does with a call. */
export type Behaviour = 'answers' | 'fails' | 'never answers' | 'answers late' | 'sends a head and no body';

/** `holdsForMs`: how late it answers. */
export interface Conduct {
  readonly behaviour: Behaviour;
  readonly holdsForMs: number;
}

export type ReceiversOrder =
  | { readonly kind: 'behave'; readonly port: number; readonly conduct: Conduct }
  | { readonly kind: 'report'; readonly phase: string }
  | { readonly kind: 'watch'; readonly port: number }
  | { readonly kind: 'list'; readonly port: number };

export type ReceiversMessage =
  | { readonly kind: 'listening'; readonly ports: readonly number[] }
  /** Of all callbacks so far, whenever it has changed. */
  | { readonly kind: 'arrived'; readonly count: number }
  | { readonly kind: 'phase'; readonly lateness: Lateness }
  | { readonly kind: 'calls'; readonly calls: readonly WatchedCall[] };

/** A call to a receiver that is watched. */
export interface WatchedCall {
  /** Of the event. */
  readonly id: string;
  /** When the event was to be published. */
  readonly plannedMicros: number;
  readonly atMicros: number;
  /** It was answered with 2xx. */
  readonly isTaken: boolean;
}

/** From the time at which events were to be published to their callbacks' arrival. In milliseconds. */
export interface Lateness {
  /** Callbacks, without those that came again. */
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

interface Phase {
  readonly histogram: RecordableHistogram;
  readonly seen: Set<string>;
}

const tellEveryMs = 10;
const behaviours: Record<Behaviour, (response: ServerResponse, holdsForMs: number) => void> = {
  answers: (response) => response.writeHead(204).end(),
  fails: (response) => response.writeHead(502).end(),
  'never answers': () => undefined,
  'answers late': (response, holdsForMs) => setTimeout(() => response.writeHead(204).end(), holdsForMs),
  'sends a head and no body': (response) =>
    response.writeHead(200, { 'content-length': '100' }).flushHeaders(),
};

const answering: Conduct = { behaviour: 'answers', holdsForMs: 0 };
const given = new Map<number, Conduct>();
const watched = new Map<number, WatchedCall[]>();
const phases = new Map<string, Phase>();
let arrived = 0;
let told = 0;

function phaseOf(name: string): Phase {
  const phase = phases.get(name) ?? { histogram: createHistogram({ figures: 3 }), seen: new Set() };
  phases.set(name, phase);
  return phase;
}

function receive(port: number, request: IncomingMessage, response: ServerResponse): void {
  const atMicros = nowMicros();
  const id = String(request.headers['webhook-id']);
  const event = readEventId(id);
  const { histogram, seen } = phaseOf(event?.phase ?? 'others');
  const callback = `${id} ${request.url}`;
  if (event && !seen.has(callback)) {
    seen.add(callback);
    arrived += 1;
    histogram.record(Math.max(1, Math.round(atMicros - event.plannedMicros)));
  }
  const { behaviour, holdsForMs } = given.get(port) ?? answering;
  const isTaken = behaviour === 'answers';
  if (event) watched.get(port)?.push({ id, plannedMicros: event.plannedMicros, atMicros, isTaken });
  request.resume().once('end', () => behaviours[behaviour](response, holdsForMs));
}

function latenessOf({ histogram, seen }: Phase): Lateness {
  const at = (percent: number) => histogram.percentile(percent) / 1_000;
  return { count: seen.size, p50: at(50), p90: at(90), p99: at(99), max: histogram.max / 1_000 };
}

function tell(message: ReceiversMessage): void {
  process.send?.(message);
}

function obey(order: ReceiversOrder): void {
  switch (order.kind) {
    case 'behave':
      given.set(order.port, order.conduct);
      break;
    case 'report':
      tell({ kind: 'phase', lateness: latenessOf(phaseOf(order.phase)) });
      break;
    case 'watch':
      watched.set(order.port, []);
      break;
    case 'list':
      tell({ kind: 'calls', calls: watched.get(order.port) ?? [] });
      break;
    default:
      order satisfies never;
  }
}

process.on('message', obey);
process.on('disconnect', () => process.exit());
setInterval(() => {
  if (arrived === told) return;
  told = arrived;
  tell({ kind: 'arrived', count: arrived });
}, tellEveryMs);

const ports = Array.from({ length: Number(process.argv[2]) }, async () => {
  const server = createServer((request, response) =>
    receive((server.address() as AddressInfo).port, request, response),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
});
tell({ kind: 'listening', ports: await Promise.all(ports) });
