import type { UrlRefusal } from './callback-address.ts';
import { certificateFaults } from './certificate-faults.ts';
import type { DeliveryDirective } from './delivery-directive.ts';
import type { AddressRefusal } from './public-address.ts';

/**
 * Every reason why a callback does not count as delivered: a log field, a metric dimension, and what the owner sees.
 */
export const failureReasons = [
  'status',
  'gone',
  'timeout',
  'dns',
  'connection-refused',
  'connection-lost',
  'tls',
  'protocol',
  'invalid-url',
  'address-forbidden',
] as const;
export type FailureReason = (typeof failureReasons)[number];

/** How far a call came: to a connection that is ready, through its handshake, to the answer, or to its status. */
export const callPhases = ['connect', 'handshake', 'answer', 'reading'] as const;
export type CallPhase = (typeof callPhases)[number];

interface OutcomeBase {
  /** The whole call, from name resolution to the end of what we read of the body. */
  readonly durationMs: number;
  /** The address of the connection that the call was made on. Absent if there was none. */
  readonly remoteAddress?: string;
  /** The start of the response body. It is untrusted text. Absent if no body was read. */
  readonly responseExcerpt?: string;
  /** What the answer asked for by its header `webhook-delivery`. */
  readonly directive?: DeliveryDirective;
}

/** The result of one call to a receiver. A receiver's misbehaviour is a value; only faults of ours are exceptions. */
export type DeliveryOutcome =
  | (OutcomeBase & {
      readonly kind: 'success';
      readonly status: number;
      /** Present if the answer gave the request's challenge back. */
      readonly challengeEchoed?: true;
    })
  | (OutcomeBase & {
      readonly kind: 'failure';
      readonly reason: FailureReason;
      readonly status?: number;
      /** The rule that forbids the URL or the address, for `invalid-url` and `address-forbidden`. */
      readonly refusal?: UrlRefusal | AddressRefusal;
      /** The address that is not public, for `address-forbidden`. */
      readonly refusedAddress?: string;
      /** The code of OpenSSL, such as `CERT_HAS_EXPIRED`, for `tls`. */
      readonly errorCode?: string;
      /** What had not been done when the time was over, for `timeout`. `connect` may be the handshake as well. */
      readonly phase?: CallPhase;
      /** From the Retry-After header of a 429 or 503, before any limit is applied. */
      readonly retryAfterSeconds?: number;
    });

/** True if nothing was called, so that the outcome says nothing about the program at the other end. */
export function isUncalled(outcome: DeliveryOutcome): boolean {
  return (
    outcome.kind === 'failure' && (outcome.reason === 'address-forbidden' || outcome.reason === 'invalid-url')
  );
}

/** True if the receiver works and asks for fewer calls. */
export function isThrottling(outcome: DeliveryOutcome): boolean {
  return outcome.kind === 'failure' && (outcome.status === 429 || outcome.retryAfterSeconds !== undefined);
}

/** Only 200–299 is a success. 410 means that the receiver is gone for good. */
export function outcomeOfStatus(
  status: number,
  durationMs: number,
  retryAfterSeconds?: number,
): DeliveryOutcome {
  if (status >= 200 && status <= 299) return { kind: 'success', status, durationMs };
  if (status === 410) return { kind: 'failure', reason: 'gone', status, durationMs };
  const honoured = status === 429 || status === 503 ? retryAfterSeconds : undefined;
  return {
    kind: 'failure',
    reason: 'status',
    status,
    durationMs,
    ...(honoured === undefined ? {} : { retryAfterSeconds: honoured }),
  };
}

const reasonsByErrorCode: Record<string, FailureReason> = {
  CALLBACK_ADDRESS_FORBIDDEN: 'address-forbidden',
  CALLBACK_NAME_UNRESOLVED: 'dns',
  CALLBACK_HANDSHAKE_TIMEOUT: 'timeout',
  ENOTFOUND: 'dns',
  ENODATA: 'dns',
  ESERVFAIL: 'dns',
  ETIMEOUT: 'dns',
  ECONNREFUSED: 'connection-refused',
  EHOSTUNREACH: 'connection-refused',
  ENETUNREACH: 'connection-refused',
  ECONNRESET: 'connection-lost',
  EPIPE: 'connection-lost',
  UND_ERR_SOCKET: 'connection-lost',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_ABORTED: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'protocol',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'protocol',
  // undici raises this assertion when a status does not have three digits.
  ERR_ASSERTION: 'protocol',
};

/**
 * Codes of calls that failed on our side: no more files, sockets, ports' buffers or memory, a resolver that cannot work
 * (https://nodejs.org/api/dns.html#error-codes), a header that we must not send, a closed client.
 */
export const faultsOfOurs: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'OUT_OF_MEM',
  'EAI_AGAIN',
  'EAI_MEMORY',
  'ECANCELLED',
  'EDESTRUCTION',
  'EFILE',
  'ENOTINITIALIZED',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);

/**
 * Classifies an `error.code` from node:net, node:tls, node:dns, undici or its parser. Returns undefined for a fault
 * of ours. An unknown code counts as the receiver's failure: a fault of ours uses up no attempt, so the delivery
 * would never end.
 */
export function reasonOfErrorCode(code: string): FailureReason | undefined {
  if (faultsOfOurs.has(code)) return undefined;
  const known = reasonsByErrorCode[code];
  if (known) return known;
  if (code.startsWith('HPE_')) return 'protocol';
  return certificateFaults.has(code) || /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO$)/.test(code)
    ? 'tls'
    : 'connection-lost';
}

/**
 * The three forms of RFC 9110, 5.6.7, also with a day of one digit. Date.parse alone would accept "-5" or "2099" as a
 * date.
 */
const httpDates = [
  /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{1,2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} {1,2}\d{1,2} \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * Parses a Retry-After header into seconds: delay-seconds or an HTTP date (RFC 9110, 10.2.3). Returns undefined for
 * anything else and for a time in the past.
 */
export function parseRetryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,10}$/.test(text)) return Number(text);
  if (!httpDates.some((form) => form.test(text))) return undefined;
  // The form of asctime names no zone. It is GMT like the others.
  const time = Date.parse(withWholeYear(text.endsWith(' GMT') ? text : `${text} GMT`, now));
  const seconds = Math.ceil((time - now.getTime()) / 1000);
  return seconds > 0 ? seconds : undefined;
}

/** A year of two digits is the latest one with these digits by which the date is at most 50 years ahead (RFC 9110, 5.6.7). */
function withWholeYear(date: string, now: Date): string {
  const latest = new Date(now);
  latest.setUTCFullYear(now.getUTCFullYear() + 50);
  return date.replace(/(?<=-)\d{2}(?= )/, (digits, place: number) => {
    const year = latest.getUTCFullYear() - ((latest.getUTCFullYear() - Number(digits)) % 100);
    const isBeyond = Date.parse(`${date.slice(0, place)}${year}${date.slice(place + 2)}`) > latest.getTime();
    return String(isBeyond ? year - 100 : year);
  });
}
