import { LRUCache } from 'lru-cache';
import type { AccountStatus } from '../core/accounts/account.ts';
import type { AccountStatusLookup } from '../core/accounts/account-store.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import type {
  AccountSubscriptions,
  SubscriptionLookup,
  SubscriptionWriter,
} from '../core/subscriptions/subscription-store.ts';

/** Bounds what one sandbox holds; an entry is a few KB. */
const maxEntries = 2_000;

/** The dispatcher's view: an account's subscriptions, read at most once in `cacheMs`. */
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
 * The deliverer's view: single subscriptions. That there is none is cached as well. What this sandbox writes itself, it
 * sees at once: a receiver that has just answered for the first time is not kept waiting until the cache ends.
 */
export function cacheSubscriptionLookup(
  store: SubscriptionLookup & SubscriptionWriter,
  cacheMs: number,
): SubscriptionLookup & SubscriptionWriter {
  const cache = new LRUCache<string, { found: Subscription | undefined }>({
    max: maxEntries,
    ttl: cacheMs,
    // Who is reading while another forgets gets what he has read; it is not kept.
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
        // Also where it was refused: then what is cached is out of date.
        cache.delete(cacheKey(seen.accountId, seen.id));
      }
    },
  };
}

function cacheKey(accountId: string, subscriptionId: string): string {
  return `${accountId} ${subscriptionId}`;
}
