import { LRUCache } from 'lru-cache';
import type { Pool } from 'undici';
import type { CallbackUrlRules } from '../core/receivers/callback-address.ts';
import type { CallbackRequest, CallbackSender } from '../core/receivers/callback-sender.ts';
import { directiveHeader, parseDirective } from '../core/receivers/delivery-directive.ts';
import {
  type CallPhase,
  type DeliveryOutcome,
  type FailureReason,
  outcomeOfStatus,
  parseRetryAfter,
  reasonOfErrorCode,
} from '../core/receivers/delivery-outcome.ts';
import type { NameResolver } from '../core/receivers/name-resolver.ts';
import type { AddressRefusal } from '../core/receivers/public-address.ts';
import { decodeText, excerptResponse } from '../core/receivers/response-excerpt.ts';
import { readResponseHead } from '../core/receivers/response-head.ts';
import { echoesChallenge } from '../core/receivers/verification.ts';
import { type CallbackTarget, createTargetCheck } from './callback-targets.ts';
import { HandshakeTimeout } from './connection-race.ts';
import { createNameResolver } from './dns-name-resolver.ts';
import { createGuardedConnector, RefusedConnection } from './guarded-connector.ts';
import {
  createReceiverConnections,
  type Exchange,
  newExchange,
  type ReceiverRequest,
} from './receiver-connections.ts';
import { decodeBody, readBody } from './response-body.ts';

/** A response, as far as it was read. */
interface Answer {
  readonly status: number;
  readonly headers: (name: string) => readonly string[];
  readonly body: Buffer;
}

interface Failure {
  readonly reason: FailureReason;
  readonly refusal?: AddressRefusal;
  readonly refusedAddress?: string;
  readonly errorCode?: string;
  readonly phase?: CallPhase;
}

/** The only way out to a receiver, whatever the call is for. */
export function createCallbackSender(
  rules: CallbackUrlRules,
  names: NameResolver = createNameResolver(),
  { maxConnectionAgeMs = 60_000 } = {},
): CallbackSender & { close(): Promise<void> } {
  const connect = createGuardedConnector(names, rules);
  const checkTarget = createTargetCheck(rules);
  // One pool per subscription: on a shared connection, a late second response would answer another subscription's
  // request.
  const pools = new LRUCache<string, Pool>({ max: 500, dispose: (pool) => void pool.close() });

  function poolFor(connectionKey: string, origin: string): Pool {
    const key = `${connectionKey} ${origin}`;
    const known = pools.get(key);
    if (known) return known;
    const pool = createReceiverConnections(origin, connect, maxConnectionAgeMs);
    pools.set(key, pool);
    return pool;
  }

  return {
    async send(request) {
      const startedAt = performance.now();
      const elapsedMs = () => Math.round(performance.now() - startedAt);
      const target = checkTarget(request.url);
      if ('refusal' in target)
        return { kind: 'failure', reason: 'invalid-url', refusal: target.refusal, durationMs: elapsedMs() };
      const exchange = newExchange();
      const pool = poolFor(request.connectionKey, target.origin);
      const deadline = startDeadline(request.timeoutMs);
      const result = await call(pool, target.path, request, { exchange, signal: deadline.signal });
      deadline.stop();
      const { remoteAddress } = exchange;
      return {
        ...('status' in result
          ? outcomeOf(result, request, target, elapsedMs())
          : { kind: 'failure', ...result, durationMs: elapsedMs() }),
        ...(remoteAddress === undefined ? {} : { remoteAddress }),
      };
    },

    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

/**
 * Makes the request, and once more if a connection that was kept open turns out to be closed: the receiver has said
 * nothing about this request, and most likely never saw it.
 */
async function call(
  pool: Pool,
  path: string,
  request: CallbackRequest,
  { exchange, signal }: { exchange: Exchange; signal: AbortSignal },
): Promise<Answer | Failure> {
  for (let needsFreshConnection = false; ; needsFreshConnection = true) {
    try {
      return await post(pool, {
        method: 'POST',
        path,
        headers: {
          // Some firewalls refuse requests without it.
          accept: '*/*',
          'accept-encoding': 'identity',
          ...request.confidentialHeaders,
          ...request.headers,
        },
        body: request.body,
        signal,
        exchange,
        needsFreshConnection,
        maxAnswerBytes: request.maxAnswerBytes,
      });
    } catch (error) {
      // The status counts once its line is read, whatever the HTTP client says to the rest.
      const head = readResponseHead(exchange.answer);
      if (head)
        return { status: head.status, headers: (name) => head.headers.get(name) ?? [], body: head.body };
      const failure = failureOf(error);
      if (failure.reason === 'timeout') return { ...failure, phase: phaseOf(error, exchange) };
      const isStale =
        failure.reason === 'connection-lost' && exchange.isReused && exchange.answer.length === 0;
      if (!isStale || needsFreshConnection) return failure;
      exchange.isConnected = false;
    }
  }
}

async function post(
  pool: Pool,
  {
    maxAnswerBytes,
    ...request
  }: ReceiverRequest & { signal: AbortSignal; maxAnswerBytes: number | undefined },
): Promise<Answer> {
  // undici ignores the signal while the request waits for a connection or for a handshake.
  const response = await Promise.race([pool.request(request), rejectionOf(request.signal)]);
  const { statusCode: status, headers } = response;
  const headersOf = (name: string) => [headers[name] ?? []].flat();
  return { status, headers: headersOf, body: await readBody(response.body, maxAnswerBytes) };
}

/**
 * Like `AbortSignal.timeout`, but waits one more turn of the event loop. Timers run before sockets, so a process that
 * was held up past the deadline may still have to read an answer that came in time. An answer that came a little late
 * counts as well. It is stopped when the call is over: else each call would stay in memory until its deadline.
 */
function startDeadline(timeoutMs: number): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException('no answer before the deadline', 'TimeoutError'));
  const timer = setTimeout(() => setImmediate(abort), timeoutMs).unref();
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function outcomeOf(
  answer: Answer,
  request: CallbackRequest,
  { secrets }: CallbackTarget,
  durationMs: number,
): DeliveryOutcome {
  const retryAfter = parseRetryAfter(answer.headers('retry-after')[0], new Date());
  const outcome = outcomeOfStatus(answer.status, durationMs, retryAfter);
  const { bytes, decoded, coding } = decodeBody(answer.body, answer.headers('content-encoding')[0]);
  // A receiver may echo the signature or the hook's path. Users who may only read would see them.
  const { 'webhook-signature': signatures = '' } = request.headers;
  const confidential = [
    ...Object.values(request.confidentialHeaders),
    ...secrets,
    ...signatures.split(/ |v1,/),
  ];
  const responseExcerpt = coding
    ? `[${coding}, ${bytes.length} bytes]`
    : excerptResponse(bytes, confidential, request.maxAnswerBytes);
  const { challenge } = request;
  const directive = parseDirective(answer.headers(directiveHeader));
  const isEchoed = challenge !== undefined && echoesChallenge(decodeText(decoded), challenge);
  return {
    ...outcome,
    ...(directive ? { directive } : {}),
    ...(responseExcerpt ? { responseExcerpt } : {}),
    ...(outcome.kind === 'success' && isEchoed ? { challengeEchoed: true } : {}),
  };
}

/** Throws the error if it is a fault of ours. */
function failureOf(error: unknown): Failure {
  if (!Error.isError(error)) return { reason: 'connection-lost' };
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return { reason: 'timeout' };
  const { code = '' } = error as { code?: unknown };
  const errorCode = String(code);
  // undici's parser errors have no code of their own.
  const reason = error.name === 'HTTPParserError' ? 'protocol' : errorCode && reasonOfErrorCode(errorCode);
  if (!reason) throw error;
  if (error instanceof RefusedConnection) return { reason, ...refusalOf(error) };
  return reason === 'tls' ? { reason, errorCode } : { reason };
}

/** How far a call came before its time was over. */
function phaseOf(error: unknown, { isConnected, answer }: Exchange): CallPhase {
  if (error instanceof HandshakeTimeout) return 'handshake';
  if (!isConnected) return 'connect';
  return answer.length === 0 ? 'answer' : 'reading';
}

function refusalOf({ refusal, address }: RefusedConnection): Omit<Failure, 'reason'> {
  return refusal ? { refusal, ...(address === undefined ? {} : { refusedAddress: address }) } : {};
}
