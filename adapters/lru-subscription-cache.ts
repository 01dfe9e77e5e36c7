import { LRUCache } from 'lru-cache';
import type { AccountSubscriptions, SubscriptionLookup } from '../core/ports.ts';
import { type Subscription, subscriptionCacheMs } from '../core/subscription.ts';

/** Bounds what one sandbox holds; an entry is a few KB. */
const maxEntries = 2_000;

/** The dispatcher's view: an account's subscriptions, read at most once in `subscriptionCacheMs`. */
export function cacheAccountSubscriptions(store: AccountSubscriptions): AccountSubscriptions {
  const cache = new LRUCache<string, readonly Subscription[]>({
    max: maxEntries,
    ttl: subscriptionCacheMs,
    fetchMethod: (accountId) => store.listSubscriptions(accountId),
  });
  return { listSubscriptions: async (accountId) => (await cache.fetch(accountId)) ?? [] };
}

/** The deliverer's view: single subscriptions. That there is none is cached as well. */
export function cacheSubscriptionLookup(store: SubscriptionLookup): SubscriptionLookup {
  const cache = new LRUCache<string, { found: Subscription | undefined }>({
    max: maxEntries,
    ttl: subscriptionCacheMs,
    fetchMethod: async (_, __, { context }) => {
      const { accountId, subscriptionId } = context as { accountId: string; subscriptionId: string };
      return { found: await store.findSubscription(accountId, subscriptionId) };
    },
  });
  return {
    async findSubscription(accountId, subscriptionId) {
      const entry = await cache.fetch(`${accountId} ${subscriptionId}`, {
        context: { accountId, subscriptionId },
      });
      return entry?.found;
    },
  };
}
