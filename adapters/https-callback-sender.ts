import { LRUCache } from 'lru-cache';
import { type buildConnector, Pool } from 'undici';
import { type CallbackUrlRules, checkCallbackUrl } from '../core/receivers/callback-address.ts';
import type { CallbackRequest, CallbackSender } from '../core/receivers/callback-sender.ts';
import {
  type DeliveryOutcome,
  type FailureReason,
  outcomeOfStatus,
  parseRetryAfter,
  reasonOfErrorCode,
} from '../core/receivers/delivery-outcome.ts';
import type { NameResolver } from '../core/receivers/name-resolver.ts';
import type { AddressRefusal } from '../core/receivers/public-address.ts';
import { excerptResponse } from '../core/receivers/response-excerpt.ts';
import { createNameResolver } from './dns-name-resolver.ts';
import { createGuardedConnector, RefusedConnection } from './guarded-connector.ts';

/** How much of a response an owner can see. The rest is never read. */
const maxExcerptBytes = 4 * 1024;

/**
 * The receiver of one subscription. Its connections live for seconds, so the latest one's address is the address that
 * was called.
 */
interface Receiver {
  readonly pool: Pool;
  readonly remoteAddress: () => string | undefined;
}

/** The only way out to a receiver, whatever the call is for. */
export function createCallbackSender(
  rules: CallbackUrlRules,
  names: NameResolver = createNameResolver(),
): CallbackSender & { close(): Promise<void> } {
  const connect = createGuardedConnector(names, rules);
  // One pool per subscription: on a shared connection, a late second response would answer another subscription's
  // request.
  const pools = new LRUCache<string, Receiver>({ max: 500, dispose: ({ pool }) => void pool.close() });

  function receiverFor(connectionKey: string, origin: string): Receiver {
    const key = `${connectionKey} ${origin}`;
    const known = pools.get(key);
    if (known) return known;
    let remoteAddress: string | undefined;
    const noting: buildConnector.connector = (options, callback) =>
      connect(options, (...connected) => {
        remoteAddress = connected[1]?.remoteAddress ?? remoteAddress;
        callback(...connected);
      });
    const pool = new Pool(origin, {
      connections: 10,
      pipelining: 1,
      allowH2: false,
      connect: noting,
      // The caller's signal limits the whole call. undici's own timeouts would only race with it.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 16 * 1024,
      // Keep this shorter than the time for which a sandbox may be frozen between invocations; a freeze kills
      // connections.
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 4_000,
    });
    const receiver = { pool, remoteAddress: () => remoteAddress };
    pools.set(key, receiver);
    return receiver;
  }

  return {
    async send(request) {
      const startedAt = performance.now();
      const elapsedMs = () => Math.round(performance.now() - startedAt);
      // The URL was checked when it was stored, but the rules may have changed since.
      const checked = checkCallbackUrl(request.url, rules);
      if ('refusal' in checked)
        return { kind: 'failure', reason: 'invalid-url', refusal: checked.refusal, durationMs: elapsedMs() };
      try {
        const { pool, remoteAddress } = receiverFor(request.connectionKey, checked.url.origin);
        const outcome = await post(pool, checked.url, request, elapsedMs);
        const address = remoteAddress();
        return address === undefined ? outcome : { ...outcome, remoteAddress: address };
      } catch (error) {
        return { kind: 'failure', ...reasonOf(error), durationMs: elapsedMs() };
      }
    },

    async close() {
      await Promise.all([...pools.values()].map(({ pool }) => pool.close()));
    },
  };
}

async function post(
  pool: Pool,
  url: URL,
  request: CallbackRequest,
  elapsedMs: () => number,
): Promise<DeliveryOutcome> {
  const signal = signalAfter(request.timeoutMs);
  const response = pool.request({
    method: 'POST',
    path: url.pathname + url.search,
    headers: { ...request.confidentialHeaders, ...request.headers },
    body: request.body,
    signal,
  });
  // undici ignores the signal while the request waits for a connection or for a handshake.
  const { statusCode, headers, body } = await Promise.race([response, rejectionOf(signal)]);
  const retryAfter = parseRetryAfter(first(headers['retry-after']), new Date());
  const outcome = outcomeOfStatus(statusCode, elapsedMs(), retryAfter);
  // Mask the signature too. If a receiver echoes it, a user who may only read would see it while it is still valid.
  const { 'webhook-signature': signatures = '' } = request.headers;
  const responseExcerpt = excerptResponse(await readStart(body), [
    ...Object.values(request.confidentialHeaders),
    ...signatures.split(/ |v1,/),
  ]);
  return responseExcerpt ? { ...outcome, responseExcerpt } : outcome;
}

/**
 * Like `AbortSignal.timeout`, but waits one more turn of the event loop. Timers run before sockets, so a process that
 * was held up past the deadline may still have to read an answer that came in time. An answer that came a little late
 * counts as well.
 */
function signalAfter(timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException('no answer before the deadline', 'TimeoutError'));
  setTimeout(() => setImmediate(abort), timeoutMs).unref();
  return controller.signal;
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/**
 * Reads the start of the body. The status has already decided the outcome, so a body that breaks off or never ends
 * changes nothing.
 */
async function readStart(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Leaving the loop early destroys the connection, and the rest is not worth reading.
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= maxExcerptBytes) break;
    }
  } catch {
    // Show what came before the error.
  }
  return Buffer.concat(chunks).subarray(0, maxExcerptBytes);
}

function reasonOf(error: unknown): { reason: FailureReason; refusal?: AddressRefusal } {
  if (!Error.isError(error)) return { reason: 'connection-lost' };
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return { reason: 'timeout' };
  // undici's parser errors have no code of their own.
  if (error.name === 'HTTPParserError') return { reason: 'protocol' };
  const { code } = error as { code?: unknown };
  const reason = typeof code === 'string' ? reasonOfErrorCode(code) : undefined;
  if (!reason) throw error;
  return error instanceof RefusedConnection && error.refusal
    ? { reason, refusal: error.refusal }
    : { reason };
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
