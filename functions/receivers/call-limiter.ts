import { LRUCache } from 'lru-cache';
import type { TokenStore } from '../../core/rate-limit.ts';
import { type CallLimit, intervalMs, type LimitName, turnMs } from '../../core/rate-limit.ts';

/** When the call may be made, in ms since 1970. Undefined if every turn within reach is reserved. */
type Turn = number | undefined;

export type CallTurn =
  | { readonly kind: 'now' }
  /**
   * `passed` lists the buckets in which a turn is reserved, so the call need not reserve there again. `limit` is the
   * last.
   */
  | {
      readonly kind: 'later';
      readonly at: Date;
      readonly limit: LimitName;
      readonly passed: readonly string[];
    }
  /** The limit has no turn left. `passed` lists the buckets before it, in which a turn is reserved. */
  | { readonly kind: 'full'; readonly limit: LimitName; readonly passed: readonly string[] };

/** Reserves a turn at each limit, until one of them makes the call wait. */
export type CallLimiter = (limits: readonly CallLimit[], now: Date) => Promise<CallTurn>;

/**
 * This sandbox's share of every limit. A call now and then costs no write. Beyond that, one conditional update reserves
 * tokens for this second: for all calls that wait for it, for those of this second that were free, and for as many more
 * as the second before had calls, or, while the bucket has room, a quarter of those that this second has had if these are
 * more.
 */
export function createCallLimiter(store: TokenStore): CallLimiter {
  const shares = new LRUCache<string, Share>({ max: 10_000 });

  async function reserveTurn(limit: CallLimit, nowMs: number): Promise<Turn> {
    // Calls that yield find no room where others do, so each kind has a share of its own.
    const key = `${limit.yieldsMs ?? 0} ${limit.bucket}`;
    const share = shares.get(key) ?? new Share(store);
    shares.set(key, share);
    return share.reserveTurn(limit, nowMs);
  }

  return async function reserveTurns(limits, now) {
    const passed: string[] = [];
    for (const limit of limits) {
      const turn = await reserveTurn(limit, now.getTime());
      if (turn === undefined) return { kind: 'full', limit: limit.name, passed };
      passed.push(limit.bucket);
      if (turn > now.getTime()) return { kind: 'later', at: new Date(turn), limit: limit.name, passed };
    }
    return { kind: 'now' };
  };
}

/** How many calls a busy second is expected to have, as a multiple of those that it has had. */
const growth = 1.25;

/**
 * A bucket has room if no more of it is reserved, in milliseconds. What is reserved and not used is lost to all, and near
 * the limit, calls would wait for it.
 */
const roomyMs = 1_000 / 3;

class Share {
  readonly #store: TokenStore;
  #second = 0;
  #calls = 0;
  #callsBefore = 0;
  /** When the next call is free. */
  #nextFreeMs = 0;
  /** Free calls of this second. The next reservation pays for them. */
  #owed = 0;
  /** Reserved but unused tokens. They are valid in this second only. */
  #tokens = 0;
  /** True if others use up the limit too. Then no call is free and no token is reserved in advance. */
  #isContended = false;
  /** How much of the bucket was reserved at most, in this second and in the one before. */
  #reservedMs = 0;
  #reservedBeforeMs = 0;
  /** All turns are reserved. Until then the store is not called again. */
  #fullUntilMs = 0;
  #waiting: ((turns: Promise<Turn[]>, index: number) => void)[] = [];

  constructor(store: TokenStore) {
    this.#store = store;
  }

  reserveTurn(limit: CallLimit, nowMs: number): Promise<Turn> | Turn {
    this.#enterSecond(Math.floor(nowMs / 1_000));
    this.#calls += 1;
    if (nowMs < this.#fullUntilMs) return undefined;
    if (this.#tokens > 0) {
      this.#tokens -= 1;
      return nowMs;
    }
    if (this.#isFree(limit, nowMs)) return nowMs;
    return new Promise((resolve) => {
      this.#waiting.push((turns, index) => resolve(turns.then((all) => all[index])));
      // The calls of a batch arrive within one tick, so together they cost one write.
      if (this.#waiting.length === 1) queueMicrotask(() => this.#reserveForWaiting(limit, nowMs));
    });
  }

  #isFree({ freePerSecond }: CallLimit, nowMs: number): boolean {
    if (freePerSecond === 0 || this.#isContended || nowMs < this.#nextFreeMs) return false;
    this.#nextFreeMs = nowMs + 1_000 / freePerSecond;
    this.#owed += 1;
    return true;
  }

  #enterSecond(second: number): void {
    if (second === this.#second) return;
    this.#callsBefore = second === this.#second + 1 ? this.#calls : 0;
    this.#reservedBeforeMs = second === this.#second + 1 ? this.#reservedMs : 0;
    this.#second = second;
    this.#calls = 0;
    this.#reservedMs = 0;
    this.#owed = 0;
    this.#tokens = 0;
  }

  #reserveForWaiting(limit: CallLimit, nowMs: number): void {
    const waiting = this.#waiting.splice(0);
    const turns = this.#reserveTokens(limit, nowMs, waiting.length);
    for (const [index, answer] of waiting.entries()) answer(turns, index);
  }

  async #reserveTokens(limit: CallLimit, nowMs: number, needed: number): Promise<Turn[]> {
    // A busy second with more calls than the one before reserves in growing steps, not batch by batch.
    const isRoomy = Math.max(this.#reservedMs, this.#reservedBeforeMs) <= roomyMs;
    const isGrowing = isRoomy && this.#callsBefore > 0 && this.#calls > this.#callsBefore;
    const expected = isGrowing ? Math.floor(this.#calls * growth) : this.#callsBefore;
    const spare = Math.min(expected, limit.perSecond) - this.#calls;
    const owed = this.#owed;
    this.#owed = 0;
    const count = owed + needed + (limit.freePerSecond > 0 && !this.#isContended ? Math.max(0, spare) : 0);
    const second = this.#second;
    const startMs = await this.#store.reserveTokens(limit, count, new Date(nowMs));
    const turns = Array.from({ length: count }, (_, index) => {
      const turn = startMs === undefined ? undefined : turnMs(limit, startMs, index, nowMs);
      // The batch may run past the last turn that can be reserved. No message can be delayed for longer.
      return turn !== undefined && turn - nowMs <= limit.maxWaitMs ? turn : undefined;
    });
    const endMs = (startMs ?? Infinity) + count * intervalMs(limit);
    this.#reservedMs = Math.max(this.#reservedMs, endMs - nowMs);
    this.#isContended = turns.some((turn) => turn !== nowMs);
    // A yielding call finds room again as soon as some of the bucket is free.
    if (startMs === undefined) this.#fullUntilMs = limit.yieldsMs ? nowMs + 200 : (second + 1) * 1_000;
    if (second === this.#second)
      this.#tokens += turns.slice(owed + needed).filter((turn) => turn === nowMs).length;
    return turns.slice(owed, owed + needed);
  }
}
