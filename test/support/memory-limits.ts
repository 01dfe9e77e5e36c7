import { type ContenderStore, intervalMs, type TokenStore, tokensInReach } from '../../core/rate-limit.ts';

/** What a table keeps of all buckets. Each reservation is a write. */
export function createMemoryTokens() {
  const next = new Map<string, number>();
  const writes: { bucket: string; count: number }[] = [];
  const store: TokenStore = {
    async reserveTokens(limit, count, now) {
      writes.push({ bucket: limit.bucket, count });
      const from = Math.max(next.get(limit.bucket) ?? 0, now.getTime());
      const fitting = Math.min(count, tokensInReach(limit, from, now.getTime()));
      if (fitting === 0) return undefined;
      next.set(limit.bucket, from + Math.ceil(fitting * intervalMs(limit)));
      return from;
    },
  };
  return { store, writes };
}

/** What a table keeps of the accounts that wait at hosts. */
export function createMemoryContenders() {
  const sets = new Map<string, Set<string>>();
  const writes: string[] = [];
  const store: ContenderStore = {
    async addContender(host, accountId, windowStartMs) {
      writes.push(accountId);
      const key = `${host} ${windowStartMs}`;
      const accounts = sets.get(key) ?? new Set();
      sets.set(key, accounts.add(accountId));
      return accounts.size;
    },
  };
  return { store, writes };
}
