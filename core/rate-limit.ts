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
  | 'domain'
  | 'address'
  | 'api'
  | 'api-change'
  | 'verification'
  | 'drill'
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
  /** One call a minute is a sixtieth. */
  readonly perSecond: number;
  /**
   * Calls per second that each sandbox makes without a reservation, often less than one. A quiet bucket then costs no
   * write.
   */
  readonly freePerSecond: number;
  /** How far ahead turns can be reserved, in milliseconds. */
  readonly maxWaitMs: number;
  /** A call that yields is refused while it would leave less than this of the bucket to others, in milliseconds. */
  readonly yieldsMs?: number;
}

/** A limit that counts every call. No call is free. */
export function strictLimit(name: LimitName, sharers: string, perSecond: number): CallLimit {
  return { name, bucket: `${name} ${sharers}`, perSecond, freePerSecond: 0, maxWaitMs: maxTurnWaitMs };
}

/** The free calls of all sandboxes together, as a share of the limit's rate. They come on top of it. */
const freeShare = 0.1;

/** A limit at which the calls of quiet callers cost no write. All `sandboxes` together make a tenth of its calls free. */
export function sharedLimit(
  name: LimitName,
  sharers: string,
  perSecond: number,
  sandboxes: number,
): CallLimit {
  return { ...strictLimit(name, sharers, perSecond), freePerSecond: (perSecond * freeShare) / sandboxes };
}

/** The longest delay of an SQS message. A call that would have to wait longer comes back later and tries again. */
export const maxTurnWaitMs = 900_000;

/** The gap between two calls of a busy bucket. */
export function intervalMs({ perSecond }: Pick<CallLimit, 'perSecond'>): number {
  return 1_000 / perSecond;
}

/** Returns the time of the call that uses token `index` of a row of tokens. The row starts at `startMs`. */
export function turnMs(limit: CallLimit, startMs: number, index: number, nowMs: number): number {
  return Math.max(nowMs, startMs + index * intervalMs(limit) - burstMs(limit));
}

/**
 * The latest start of a row of `count` tokens that may be reserved now. The first must leave to others what the limit
 * keeps for them, and the turn of the last must be within reach.
 */
export function latestStartMs(limit: CallLimit, nowMs: number, count = 1): number {
  const latestMs = nowMs + limit.maxWaitMs + burstMs(limit);
  return Math.min(latestMs - (limit.yieldsMs ?? 0), latestMs - (count - 1) * intervalMs(limit));
}

/** How many tokens of a row that starts at `startMs` may be reserved now. */
export function tokensInReach(limit: CallLimit, startMs: number, nowMs: number): number {
  if (startMs > latestStartMs(limit, nowMs)) return 0;
  const reachMs = nowMs + limit.maxWaitMs + burstMs(limit) - startMs;
  return Math.floor(reachMs / intervalMs(limit)) + 1;
}

/** A bucket that was idle for a second may use a whole second's tokens at once, and one of less than one a second its next. */
function burstMs(limit: CallLimit): number {
  return Math.max(0, 1_000 - intervalMs(limit));
}

export interface TokenStore {
  /**
   * Reserves `count` tokens in a row, or the first ones if not all are within reach: nobody can use the others. Returns
   * the time from which the first one is valid, in ms since 1970; it may have passed. Returns undefined and reserves
   * nothing if that time is after `latestStartMs`.
   */
  reserveTokens(limit: CallLimit, count: number, now: Date): Promise<number | undefined>;
}

/** Counts the accounts whose calls have to wait for each other at a host. */
export interface ContenderStore {
  /** Adds an account for a window. Returns how many accounts there are in it, at most 1,000. */
  addContender(host: string, accountId: string, windowStartMs: number): Promise<number>;
}
