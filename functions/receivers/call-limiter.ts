import { LRUCache } from 'lru-cache';
import type { TokenStore } from '../../core/rate-limit.ts';
import { type CallLimit, type LimitName, turnMs } from '../../core/rate-limit.ts';

/** Now or later; undefined when all turns that are given out are taken. */
type Turn = number | undefined;

export type CallTurn =
  | { readonly kind: 'now' }
  /** `passed`: the buckets of the limits that need not be asked again when the turn has come, `limit` the last of them. */
  | {
      readonly kind: 'later';
      readonly at: Date;
      readonly limit: LimitName;
      readonly passed: readonly string[];
    }
  /** Nothing is reserved: the call has to ask again, no sooner than `maxWaitMs` from now. */
  | { readonly kind: 'full'; readonly limit: LimitName };

/** Asks each limit until one keeps the call waiting. */
export type CallLimiter = (limits: readonly CallLimit[], now: Date) => Promise<CallTurn>;

/**
 * This sandbox's share of every limit. Few calls cost no write; from there on one conditional update reserves what
 * this second needs: all calls that wait for it, or as many as there were in the second before.
 */
export function createCallLimiter(store: TokenStore): CallLimiter {
  const shares = new LRUCache<string, Share>({ max: 10_000 });

  async function takeTurn(limit: CallLimit, nowMs: number): Promise<Turn> {
    const share = shares.get(limit.bucket) ?? new Share(store);
    shares.set(limit.bucket, share);
    return share.take(limit, nowMs);
  }

  return async function askLimits(limits, now) {
    const passed: string[] = [];
    for (const limit of limits) {
      const turn = await takeTurn(limit, now.getTime());
      if (turn === undefined) return { kind: 'full', limit: limit.name };
      passed.push(limit.bucket);
      if (turn > now.getTime()) return { kind: 'later', at: new Date(turn), limit: limit.name, passed };
    }
    return { kind: 'now' };
  };
}

class Share {
  readonly #store: TokenStore;
  #second = 0;
  #calls = 0;
  #callsBefore = 0;
  /** Reserved and not used; good for this second. */
  #tokens = 0;
  /** Others are at the limit too: nothing is free, and nothing to be had in advance. */
  #isContended = false;
  /** All turns are taken: the store need not be asked again in this second. */
  #isFull = false;
  #waiting: ((turns: Promise<Turn[]>, index: number) => void)[] = [];

  constructor(store: TokenStore) {
    this.#store = store;
  }

  take(limit: CallLimit, nowMs: number): Promise<Turn> | Turn {
    this.#enterSecond(Math.floor(nowMs / 1_000));
    this.#calls += 1;
    if (this.#isFull) return undefined;
    if (this.#tokens > 0) {
      this.#tokens -= 1;
      return nowMs;
    }
    if (this.#calls <= limit.freePerSecond && !this.#isContended) return nowMs;
    return new Promise((resolve) => {
      this.#waiting.push((turns, index) => resolve(turns.then((all) => all[index])));
      // A batch's calls ask within one tick; together they cost one write.
      if (this.#waiting.length === 1) queueMicrotask(() => this.#reserveForAll(limit, nowMs));
    });
  }

  #enterSecond(second: number): void {
    if (second === this.#second) return;
    this.#callsBefore = second === this.#second + 1 ? this.#calls : 0;
    this.#second = second;
    this.#calls = 0;
    this.#tokens = 0;
    this.#isFull = false;
  }

  #reserveForAll(limit: CallLimit, nowMs: number): void {
    const waiting = this.#waiting.splice(0);
    const turns = this.#reserve(limit, nowMs, waiting.length);
    for (const [index, answer] of waiting.entries()) answer(turns, index);
  }

  async #reserve(limit: CallLimit, nowMs: number, needed: number): Promise<Turn[]> {
    const spare = Math.min(this.#callsBefore, limit.perSecond) - this.#calls;
    const count = needed + (limit.freePerSecond > 0 && !this.#isContended ? Math.max(0, spare) : 0);
    const second = this.#second;
    const startMs = await this.#store.reserveTokens(limit, count, new Date(nowMs));
    const turns = Array.from({ length: count }, (_, index) => {
      const turn = startMs === undefined ? undefined : turnMs(limit, startMs, index, nowMs);
      // Of a batch that reaches the end of what is given out: no message can be delayed beyond it.
      return turn !== undefined && turn - nowMs <= limit.maxWaitMs ? turn : undefined;
    });
    this.#isContended = turns.some((turn) => turn !== nowMs);
    this.#isFull = second === this.#second && startMs === undefined;
    if (second === this.#second) this.#tokens += turns.slice(needed).filter((turn) => turn === nowMs).length;
    return turns.slice(0, needed);
  }
}
