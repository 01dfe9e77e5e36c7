import { LRUCache } from 'lru-cache';
import type { AccountStatus } from '../core/accounts/account.ts';
import type { AccountStatusLookup } from '../core/accounts/account-store.ts';
import type { StageStatusLookup } from '../core/accounts/stage-status.ts';
import type { NameResolver } from '../core/receivers/name-resolver.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import type {
  AccountSubscriptions,
  SubscriptionLookup,
  SubscriptionWriter,
} from '../core/subscriptions/subscription-store.ts';

const maxEntries = 2_000;

/**
 * How much JSON a cache of subscriptions may hold. Objects take up to twice as much memory, so the cache stays below an
 * eighth of a function's 512 MB. One account can have 1.5 MB of subscriptions.
 */
const maxBytes = 32 * 1024 * 1024;

/** Limits for values that may be large. Without them, 200 large accounts would fill a sandbox. */
const bounded = { max: maxEntries, maxSize: maxBytes, sizeCalculation: bytesOf };

function bytesOf(value: unknown, key: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(JSON.stringify(value));
}

/** For the dispatcher: reads an account's subscriptions at most once per `cacheMs`. */
export function cacheAccountSubscriptions(
  store: AccountSubscriptions,
  cacheMs: number,
): AccountSubscriptions {
  const cache = new LRUCache<string, readonly Subscription[]>({
    ...bounded,
    ttl: cacheMs,
    fetchMethod: (accountId) => store.listSubscriptions(accountId),
  });
  return { listSubscriptions: async (accountId) => (await cache.fetch(accountId)) ?? [] };
}

export function cacheAccountStatus(store: AccountStatusLookup, cacheMs: number): AccountStatusLookup {
  const cache = new LRUCache<string, AccountStatus>({
    max: maxEntries,
    ttl: cacheMs,
    fetchMethod: (accountId) => store.findAccountStatus(accountId),
  });
  return { findAccountStatus: async (accountId) => (await cache.fetch(accountId)) ?? 'active' };
}

export function cacheStageStatus(store: StageStatusLookup, cacheMs: number): StageStatusLookup {
  const cache = new LRUCache<'stage', { isPaused: boolean }>({
    max: 1,
    ttl: cacheMs,
    fetchMethod: async () => ({ isPaused: await store.isStagePaused() }),
  });
  return { isStagePaused: async () => (await cache.fetch('stage'))?.isPaused ?? false };
}

/** Long enough for a call to connect to the addresses for which its limits were asked. */
export const namesKeptMs = 10_000;

/**
 * For the deliverer: a name has the same addresses when its limits are asked and when the call connects. An empty answer
 * is not kept, so that the time of a name server that does not answer counts as the call's. Nor is a fault.
 */
export function cacheNames(names: NameResolver): NameResolver {
  const cache = new LRUCache<string, Promise<readonly string[]>>({ max: 2_000, ttl: namesKeptMs });
  return {
    resolveName(name) {
      const known = cache.get(name);
      if (known) return known;
      const answer = names.resolveName(name);
      cache.set(name, answer);
      const forget = () => void cache.delete(name);
      answer.then(({ length }) => length === 0 && forget(), forget);
      return answer;
    },
  };
}

/**
 * For the deliverer: caches single subscriptions, including that one does not exist. A sandbox sees its own writes at
 * once. Otherwise a receiver that has just answered for the first time would have to wait until the cache expires.
 */
export function cacheSubscriptionLookup(
  store: SubscriptionLookup & SubscriptionWriter,
  cacheMs: number,
): SubscriptionLookup & SubscriptionWriter {
  const cache = new LRUCache<string, { found: Subscription | undefined }>({
    ...bounded,
    ttl: cacheMs,
    // If an entry is deleted while it is being read, its reader still gets the value, but it is not cached.
    ignoreFetchAbort: true,
    fetchMethod: async (_, __, { context }) => {
      const { accountId, subscriptionId } = context as { accountId: string; subscriptionId: string };
      return { found: await store.findSubscription(accountId, subscriptionId) };
    },
  });

  return {
    async findSubscription(accountId, subscriptionId) {
      const entry = await cache.fetch(cacheKey(accountId, subscriptionId), {
        context: { accountId, subscriptionId },
      });
      return entry?.found;
    },

    async replaceSubscription(seen, next) {
      try {
        return await store.replaceSubscription(seen, next);
      } finally {
        // Delete the entry after a refused write as well, because the cached value is then out of date.
        cache.delete(cacheKey(seen.accountId, seen.id));
      }
    },
  };
}

function cacheKey(accountId: string, subscriptionId: string): string {
  return `${accountId} ${subscriptionId}`;
}
