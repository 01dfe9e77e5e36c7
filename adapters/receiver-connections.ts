import { type buildConnector, Client, type Dispatcher, Pool } from 'undici';
import type { Socket } from './connection-race.ts';

/** Enough for the largest head that the HTTP client takes, and for what is read of a body. */
const maxCapturedBytes = 20 * 1024;

/** What is known of the connection of one request, also if the HTTP client fails. */
export interface Exchange {
  /** True if the connection has carried another request before. */
  isReused: boolean;
  remoteAddress?: string;
  /** The first bytes of the answer. */
  answer: Buffer;
  /** True as long as the answer consists of nothing but interim responses. */
  isInterim: boolean;
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
      // Paused, it waits for the client to read, and this listener sees what the client reads.
      socket.pause().on('data', (chunk: Buffer) => {
        const { exchange } = line;
        if (!exchange || exchange.answer.length >= maxCapturedBytes) return;
        if (exchange.isInterim) exchange.isInterim = passOverInterim(exchange.answer, chunk);
        exchange.answer = Buffer.concat([exchange.answer, chunk]);
      });
      callback(null, socket);
    });
}

function useConnection(exchange: Exchange, { remoteAddress }: Socket, isReused: boolean): void {
  exchange.isReused = isReused;
  exchange.answer = Buffer.alloc(0);
  exchange.isInterim = true;
  if (remoteAddress !== undefined) exchange.remoteAddress = remoteAddress;
}

/**
 * Makes each leading `100 Continue` a `102 Processing`, in place, before the HTTP client reads it. The client ends the
 * connection at a 100 that nobody asked for, while RFC 9110 (15.2) wants it passed over, as the client does with a 102.
 * Only the last digit differs, so it may come in any number of chunks. Returns false once something else follows.
 */
function passOverInterim(before: Buffer, chunk: Buffer): boolean {
  const text = before.toString('latin1') + chunk.toString('latin1');
  const statusLength = 'HTTP/1.1 100'.length;
  let place = 0;
  while (text.length - place >= statusLength) {
    const [, status] = /^HTTP\/1\.\d (1\d\d)/.exec(text.slice(place, place + statusLength)) ?? [];
    if (status === undefined) return false;
    const lastDigit = place + statusLength - 1 - before.length;
    if (status === '100' && lastDigit >= 0) chunk.write('2', lastDigit);
    const end = text.indexOf('\r\n\r\n', place);
    if (end === -1) return true;
    place = end + '\r\n\r\n'.length;
  }
  return true;
}

export function newExchange(): Exchange {
  return { isReused: false, answer: Buffer.alloc(0), isInterim: true };
}
