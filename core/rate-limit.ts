/**
 * The limit that keeps a call waiting: a log field and a metric. A call reserves at narrow limits first, so that a
 * call that has to wait there uses up nothing of the wide ones.
 */
export type LimitName =
  | 'subscription'
  | 'unproven-address'
  | 'account-at-host'
  | 'account'
  | 'host'
  | 'api'
  | 'requested-by-account'
  | 'requested-at-host';

/**
 * At most `perSecond` calls in a second that begins idle, and as many in each second after it. This is the generic
 * cell rate algorithm with a burst of one second's worth: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
export interface CallLimit {
  readonly name: LimitName;
  /** Names the callers that share the limit, such as all accounts that call one host. */
  readonly bucket: string;
  readonly perSecond: number;
  /** Calls per second that each sandbox makes without a reservation. A quiet bucket then costs no write. */
  readonly freePerSecond: number;
  /** How far ahead turns can be reserved, in milliseconds. */
  readonly maxWaitMs: number;
}

/** A limit that counts every call. No call is free. */
export function strictLimit(name: LimitName, sharers: string, perSecond: number): CallLimit {
  return { name, bucket: `${name} ${sharers}`, perSecond, freePerSecond: 0, maxWaitMs: maxTurnWaitMs };
}

/**
 * A limit at which each sandbox may make a hundredth of the calls, and at least one a second, without a reservation.
 */
export function sharedLimit(name: LimitName, sharers: string, perSecond: number): CallLimit {
  const freePerSecond = Math.max(1, Math.floor(perSecond / 100));
  return { name, bucket: `${name} ${sharers}`, perSecond, freePerSecond, maxWaitMs: maxTurnWaitMs };
}

/** The longest delay of an SQS message. A call that would have to wait longer comes back later and tries again. */
export const maxTurnWaitMs = 900_000;

/** The gap between two calls of a busy bucket. */
export function intervalMs({ perSecond }: Pick<CallLimit, 'perSecond'>): number {
  return 1_000 / perSecond;
}

/** Returns the time of the call that uses token `index` of a row of tokens. The row starts at `startMs`. */
export function turnMs(limit: CallLimit, startMs: number, index: number, nowMs: number): number {
  // A bucket that was idle for a second may use a whole second's tokens at once.
  const burstMs = 1_000 - intervalMs(limit);
  return Math.max(nowMs, startMs + index * intervalMs(limit) - burstMs);
}

export interface TokenStore {
  /**
   * Reserves `count` tokens in a row. Returns the time from which the first one is valid, in ms since 1970; it
   * may have passed. Returns undefined and reserves nothing if that time is more than `maxWaitMs` ahead.
   */
  reserveTokens(limit: CallLimit, count: number, now: Date): Promise<number | undefined>;
}
