/** What keeps a call waiting: log field and metric. Narrow ones first: who waits there takes nothing from the wide. */
export type LimitName =
  | 'subscription'
  | 'unproven-address'
  | 'account-at-host'
  | 'account'
  | 'host'
  | 'api'
  | 'asked-by-account'
  | 'asked-at-host';

/**
 * At most `perSecond` calls in any second that begins idle, and as many in each second after it (a generic cell rate
 * algorithm whose burst is one second's worth: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).
 */
export interface CallLimit {
  readonly name: LimitName;
  /** Who shares the limit, such as one host's callers of all accounts. */
  readonly bucket: string;
  readonly perSecond: number;
  /** Calls a second that each sandbox makes without a word to the others: what few calls reach needs no write. */
  readonly freePerSecond: number;
  /** Turns are given out for so long ahead. */
  readonly maxWaitMs: number;
}

/** As `CallLimit`, but for a bucket in which nothing is free: every call is counted. */
export function strictLimit(name: LimitName, sharers: string, perSecond: number): CallLimit {
  return { name, bucket: `${name} ${sharers}`, perSecond, freePerSecond: 0, maxWaitMs: maxTurnWaitMs };
}

/** Each sandbox makes one in a hundred of the calls without asking. */
export function sharedLimit(name: LimitName, sharers: string, perSecond: number): CallLimit {
  const freePerSecond = Math.max(1, Math.floor(perSecond / 100));
  return { name, bucket: `${name} ${sharers}`, perSecond, freePerSecond, maxWaitMs: maxTurnWaitMs };
}

/** No further than a message can be delayed; who finds more before it comes back later. */
export const maxTurnWaitMs = 900_000;

/** Between two calls of a bucket that is never idle. */
export function intervalMs({ perSecond }: Pick<CallLimit, 'perSecond'>): number {
  return 1_000 / perSecond;
}

/** When the call may be made whose token is the one at `index` of a row of tokens that starts at `startMs`. */
export function turnMs(limit: CallLimit, startMs: number, index: number, nowMs: number): number {
  // What was idle for a second has a whole second's worth to give at once.
  const burstMs = 1_000 - intervalMs(limit);
  return Math.max(nowMs, startMs + index * intervalMs(limit) - burstMs);
}

export interface TokenStore {
  /**
   * Reserves tokens in a row; answers with the time from which the first is good, in ms since 1970, which may have
   * passed. Undefined, and nothing reserved, if that is further ahead than the limit's `maxWaitMs`.
   */
  reserveTokens(limit: CallLimit, count: number, now: Date): Promise<number | undefined>;
}
