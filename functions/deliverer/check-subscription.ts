import type { AccountStatusLookup } from '../../core/accounts/account-store.ts';
import type { CancellationReason, DeliveryInWork } from '../../core/deliveries/delivery.ts';
import { scheduleOf } from '../../core/deliveries/delivery-steps.ts';
import { isExpired, type RetryPolicy } from '../../core/deliveries/retry-policy.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { SubscriptionLookup } from '../../core/subscriptions/subscription-store.ts';
import type { Ending } from './ending.ts';

export interface SubscriptionCheckDeps {
  readonly subscriptions: SubscriptionLookup;
  readonly accounts: AccountStatusLookup;
  readonly settings: RetryPolicy;
  readonly now: () => Date;
}

export type SubscriptionCheck = ReturnType<typeof createSubscriptionCheck>;

/**
 * Lets a delivery through if its subscription still accepts callbacks and its time is not over. Passes the
 * subscription on.
 */
export function createSubscriptionCheck({ subscriptions, accounts, settings, now }: SubscriptionCheckDeps) {
  return async function checkSubscription(work: DeliveryInWork): Promise<Subscription | Ending> {
    const { accountId, subscriptionId } = work.message;
    // Check this before the call too: a fault of ours uses up no attempt, and it must not keep a delivery alive for
    // ever.
    if (isExpired(scheduleOf(work), settings, now())) return { kind: 'expired' };
    const [accountStatus, subscription] = await Promise.all([
      accounts.findAccountStatus(accountId),
      subscriptions.findSubscription(accountId, subscriptionId),
    ]);
    // A removed account has no subscriptions any more: then the account is the reason.
    if (accountStatus !== 'active') return { kind: 'cancelled', reason: 'account-suspended' };
    if (!subscription) return { kind: 'cancelled', reason: 'subscription-deleted' };
    const reason = reasonToCancel(subscription);
    return reason ? { kind: 'cancelled', reason } : subscription;
  };
}

function reasonToCancel({ status }: Subscription): CancellationReason | undefined {
  if (status === 'disabled') return 'subscription-disabled';
  return status === 'pending' ? 'subscription-pending' : undefined;
}
