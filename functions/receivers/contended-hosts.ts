import { LRUCache } from 'lru-cache';
import type { ContenderStore } from '../../core/rate-limit.ts';

/** An account counts at a host for this and the next window after its calls had to wait. */
const windowMs = 10_000;

interface Contention {
  readonly windowStartMs: number;
  /** Accounts that this sandbox has added in this window. */
  readonly added: Set<string>;
  count: number;
  readonly countBefore: number;
}

/** Knows at which hosts accounts wait for each other. */
export interface ContendedHosts {
  /** How many accounts wait at the host, as far as this sandbox knows. */
  countContenders(host: string, now: Date): number;
  /** Adds an account whose call has to wait there. Writes once for each sandbox, account, host and window. */
  addContender(host: string, accountId: string, now: Date): Promise<void>;
}

export function createContendedHosts(store: ContenderStore): ContendedHosts {
  const contentions = new LRUCache<string, Contention>({ max: 10_000, ttl: 2 * windowMs });

  function contentionAt(host: string, now: Date): Contention {
    const windowStartMs = now.getTime() - (now.getTime() % windowMs);
    const known = contentions.get(host);
    if (known?.windowStartMs === windowStartMs) return known;
    const countBefore = known?.windowStartMs === windowStartMs - windowMs ? known.count : 0;
    return { windowStartMs, added: new Set(), count: 0, countBefore };
  }

  return {
    countContenders(host, now) {
      const { count, countBefore } = contentionAt(host, now);
      return Math.max(count, countBefore);
    },

    async addContender(host, accountId, now) {
      const contention = contentionAt(host, now);
      contentions.set(host, contention);
      if (contention.added.has(accountId)) return;
      contention.added.add(accountId);
      const count = await store.addContender(host, accountId, contention.windowStartMs);
      contention.count = Math.max(contention.count, count);
    },
  };
}
