import type { Subscription } from './subscription.ts';

export interface AccountSubscriptions {
  /** All of an account's subscriptions, oldest first. May be as old as the stage's `cacheMs`. */
  listSubscriptions(accountId: string): Promise<readonly Subscription[]>;
}

export interface SubscriptionLookup {
  /** May be as old as the stage's `cacheMs`. */
  findSubscription(accountId: string, subscriptionId: string): Promise<Subscription | undefined>;
}

export interface SubscriptionWriter {
  /** Writes `next` if the stored one is still `seen`; false if it is not. */
  replaceSubscription(seen: Subscription, next: Subscription): Promise<boolean>;
}

export interface SubscriptionStore extends AccountSubscriptions, SubscriptionLookup, SubscriptionWriter {
  createSubscription(subscription: Subscription): Promise<void>;
  /** False if there was none, or if it is not `seen` any more. */
  deleteSubscription(accountId: string, subscriptionId: string, seen?: Subscription): Promise<boolean>;
}
