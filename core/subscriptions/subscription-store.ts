import type { Subscription } from './subscription.ts';

export interface AccountSubscriptions {
  /** Lists all of an account's subscriptions, oldest first. The answer may be as old as the stage's `cacheMs`. */
  listSubscriptions(accountId: string): Promise<readonly Subscription[]>;
}

export interface SubscriptionLookup {
  /** The answer may be as old as the stage's `cacheMs`. */
  findSubscription(accountId: string, subscriptionId: string): Promise<Subscription | undefined>;
}

export interface SubscriptionWriter {
  /** Writes `next` if the stored subscription is still `seen`. Returns false otherwise. */
  replaceSubscription(seen: Subscription, next: Subscription): Promise<boolean>;
}

export interface SubscriptionStore extends AccountSubscriptions, SubscriptionLookup, SubscriptionWriter {
  createSubscription(subscription: Subscription): Promise<void>;
  /** Returns false if there was no such subscription or it is no longer `seen`. */
  deleteSubscription(accountId: string, subscriptionId: string, seen?: Subscription): Promise<boolean>;
}
