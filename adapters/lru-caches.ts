import { LRUCache } from 'lru-cache';
import type { AccountStatus } from '../core/accounts/account.ts';
import type { AccountStatusLookup } from '../core/accounts/account-store.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import type {
  AccountSubscriptions,
  SubscriptionLookup,
  SubscriptionWriter,
} from '../core/subscriptions/subscription-store.ts';

/** Limits the memory of a sandbox. An entry takes a few KB. */
const maxEntries = 2_000;

/** For the dispatcher: reads an account's subscriptions at most once per `cacheMs`. */
export function cacheAccountSubscriptions(
  store: AccountSubscriptions,
  cacheMs: number,
): AccountSubscriptions {
  const cache = new LRUCache<string, readonly Subscription[]>({
    max: maxEntries,
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

/**
 * For the deliverer: caches single subscriptions, including that one does not exist. A sandbox sees its own writes at
 * once. Otherwise a receiver that has just answered for the first time would have to wait until the cache expires.
 */
export function cacheSubscriptionLookup(
  store: SubscriptionLookup & SubscriptionWriter,
  cacheMs: number,
): SubscriptionLookup & SubscriptionWriter {
  const cache = new LRUCache<string, { found: Subscription | undefined }>({
    max: maxEntries,
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
