import type { AccountStatus } from '../core/accounts/account.ts';
import type { AccountStatusLookup } from '../core/accounts/account-store.ts';
import {
  type CancellationReason,
  type Delivery,
  type DeliveryMessage,
  messageFor,
  refOf,
} from '../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../core/deliveries/delivery-log.ts';
import type { ExhaustedQueue } from '../core/deliveries/delivery-queues.ts';
import { cancel, expire, scheduleOf } from '../core/deliveries/delivery-steps.ts';
import { isExpired, type RetryPolicy } from '../core/deliveries/retry-policy.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import type { SubscriptionLookup } from '../core/subscriptions/subscription-store.ts';
import type { Telemetry } from './telemetry.ts';

export interface TakerDeps {
  readonly subscriptions: SubscriptionLookup;
  readonly accounts: AccountStatusLookup;
  readonly deliveries: DeliveryLog;
  readonly exhausted: ExhaustedQueue;
  readonly telemetry: Telemetry;
  readonly settings: RetryPolicy;
  readonly now: () => Date;
}

/** Finds out who takes a callback; a delivery that nobody takes any more, or that is too old to be taken, ends there. */
export function createTakerLookup({
  subscriptions,
  accounts,
  deliveries,
  exhausted,
  telemetry,
  settings,
  now,
}: TakerDeps) {
  return { findTaker, endExpired };

  /** The subscription that still takes this callback; without one the delivery ends here. */
  async function findTaker(
    message: DeliveryMessage,
    claimed: Delivery | undefined,
  ): Promise<Subscription | undefined> {
    const { accountId, subscriptionId } = message;
    // Before the call as well: a fault of ours consumes no attempt, and must not keep a delivery alive for ever.
    if (isExpired(scheduleOf(claimed, message), settings, now())) return endExpired(message, claimed);
    const [accountStatus, subscription] = await Promise.all([
      accounts.findAccountStatus(accountId),
      subscriptions.findSubscription(accountId, subscriptionId),
    ]);
    const reason = cancellationReason(accountStatus, subscription);
    if (!reason) return subscription;
    await deliveries.replaceDelivery(claimed, cancel(claimed, message, reason, now()));
    return undefined;
  }

  /** Its time is over, or its event's: nothing could ever be sent. */
  async function endExpired(message: DeliveryMessage, claimed: Delivery | undefined): Promise<undefined> {
    const expired = expire(claimed, message, now());
    await exhausted.sendExhausted(messageFor(expired), 'expired');
    if (!(await deliveries.replaceDelivery(claimed, expired))) return;
    telemetry.count('DeliveriesExhausted');
    if (scheduleOf(claimed, message).attemptCount > 0) return;
    telemetry.warn('delivery.uncalled', { ...refOf(expired) });
    telemetry.count('DeliveriesUncalled');
  }
}

function cancellationReason(
  accountStatus: AccountStatus,
  subscription: Subscription | undefined,
): CancellationReason | undefined {
  if (accountStatus !== 'active') return 'account-suspended';
  if (!subscription) return 'subscription-deleted';
  if (subscription.status === 'disabled') return 'subscription-disabled';
  return subscription.status === 'pending' ? 'subscription-pending' : undefined;
}
