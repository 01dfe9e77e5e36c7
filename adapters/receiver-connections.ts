import type { buildConnector, Dispatcher } from 'undici';
import { findFinalResponse } from '../core/receivers/response-head.ts';
import type { Socket } from './connection-race.ts';
import { Client, Pool } from './undici-parts.ts';

/** Enough for the largest head that the HTTP client takes, and for what is read of a body. */
const maxCapturedBytes = 20 * 1024;

/** Enough for interim responses one by one, and for a status line. */
const maxHeldBytes = 4 * 1024;

/** What is known of the connection of one request, also if the HTTP client fails. */
export interface Exchange {
  /** True once the request has a connection that is ready. */
  isConnected: boolean;
  /** True if the connection has carried another request before. */
  isReused: boolean;
  remoteAddress?: string;
  /** The first bytes of the answer. */
  answer: Buffer;
  /** What the HTTP client has not got yet. */
  held: Buffer;
  /** True once the HTTP client gets all that comes. */
  isPassedOn: boolean;
}

/** A request to a pool of receiver connections. */
export interface ReceiverRequest extends Dispatcher.RequestOptions {
  /** The client fills it once the request has a connection. */
  readonly exchange: Exchange;
  readonly needsFreshConnection: boolean;
}

/**
 * The connections to the receiver of one subscription. None is used for longer than `maxAgeMs`, even if calls never
 * stop: otherwise calls would go to the old address long after a name has moved.
 */
export function createReceiverConnections(
  origin: string,
  connect: buildConnector.connector,
  maxAgeMs: number,
): Pool {
  return new Pool(origin, {
    connections: 10,
    pipelining: 1,
    allowH2: false,
    // The caller's signal limits the whole call. undici's own timeouts would only race with it.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 16 * 1024,
    // Keep this shorter than the time for which a sandbox may be frozen between invocations; a freeze kills
    // connections.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 4_000,
    factory: (url, options) => new ReceiverClient(url, options, connect, maxAgeMs),
  });
}

/** What a client's connector and its requests have in common. */
interface Line {
  socket?: Socket;
  openedAt: number;
  exchange?: Exchange;
}

/** One connection after the other, each for one request at a time. */
class ReceiverClient extends Client {
  readonly #line: Line;
  readonly #maxAgeMs: number;

  constructor(url: URL, options: object, connect: buildConnector.connector, maxAgeMs: number) {
    const line: Line = { openedAt: 0 };
    super(url, { ...options, connect: connectNoting(line, connect) });
    this.#line = line;
    this.#maxAgeMs = maxAgeMs;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { exchange, needsFreshConnection } = options as unknown as ReceiverRequest;
    const { socket, openedAt } = this.#line;
    // No request is on it, so nothing fails. The client opens another one.
    if (needsFreshConnection || performance.now() - openedAt > this.#maxAgeMs) socket?.destroy();
    if (socket && !socket.destroyed) useConnection(exchange, socket, true);
    this.#line.exchange = exchange;
    return super.dispatch(options, handler);
  }
}

function connectNoting(line: Line, connect: buildConnector.connector): buildConnector.connector {
  return (target, callback) =>
    connect(target, (error, socket) => {
      if (error) return callback(error, null);
      line.socket = socket;
      line.openedAt = performance.now();
      if (line.exchange) useConnection(line.exchange, socket, false);
      // Paused, it waits for the client to read, and this listener sees all that is read.
      socket.pause().on('data', (chunk: Buffer) => {
        const { exchange } = line;
        if (!exchange || exchange.answer.length >= maxCapturedBytes) return;
        exchange.answer = Buffer.concat([exchange.answer, chunk]);
      });
      const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
      socket.read = (size?: number) => {
        const chunk = read(size);
        return chunk && line.exchange ? passOn(line.exchange, chunk) : chunk;
      };
      callback(null, socket);
    });
}

function useConnection(exchange: Exchange, { remoteAddress }: Socket, isReused: boolean): void {
  Object.assign(exchange, newExchange(), { isConnected: true, isReused });
  if (remoteAddress !== undefined) exchange.remoteAddress = remoteAddress;
}

/**
 * What the HTTP client gets of the next bytes: nothing before the status line of a final response is complete. The client
 * ends the connection at a 100 that nobody asked for, and at the first byte of a head that is not strict, so that a
 * status which comes in a later packet would be lost. RFC 9110 (15.2) wants interim responses passed over.
 */
function passOn(exchange: Exchange, chunk: Buffer): Buffer | null {
  if (exchange.isPassedOn) return chunk;
  const bytes = Buffer.concat([exchange.held, chunk]);
  const { place, isKnown } = findFinalResponse(bytes);
  exchange.held = bytes.subarray(place);
  exchange.isPassedOn = isKnown || exchange.held.length > maxHeldBytes;
  return exchange.isPassedOn ? exchange.held : null;
}

export function newExchange(): Exchange {
  return {
    isConnected: false,
    isReused: false,
    answer: Buffer.alloc(0),
    held: Buffer.alloc(0),
    isPassedOn: false,
  };
}
