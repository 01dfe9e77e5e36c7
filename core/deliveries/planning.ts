import { type AccountStatus, isServed } from '../accounts/account.ts';
import type { PublishedEvent } from '../events/published-event.ts';
import { isSelected } from '../subscriptions/event-selector.ts';
import { holdBackOf } from '../subscriptions/parking.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

/**
 * Why a subscription does or does not get an event. It is stored with the event to answer "why did I not get it?".
 */
export type DispatchDecision = 'enqueue' | 'not-subscribed' | 'disabled' | 'pending' | 'account-suspended';

export interface PlannedDelivery {
  readonly subscriptionId: string;
  readonly decision: DispatchDecision;
}

/** Decides for every subscription of the event's account, in the order of the subscriptions. */
export function planDeliveries(
  event: PublishedEvent,
  subscriptions: readonly Subscription[],
  accountStatus: AccountStatus,
  now: Date,
): PlannedDelivery[] {
  return subscriptions
    .filter((subscription) => subscription.accountId === event.accountId)
    .map((subscription) => ({
      subscriptionId: subscription.id,
      decision: decide(event, subscription, accountStatus, now),
    }));
}

function decide(
  event: PublishedEvent,
  subscription: Subscription,
  accountStatus: AccountStatus,
  now: Date,
): DispatchDecision {
  if (!isServed(accountStatus)) return 'account-suspended';
  const isKept = holdBackOf(subscription, now)?.reason === 'disabled';
  if (subscription.status !== 'enabled' && !isKept) return subscription.status;
  if (!isSelected(event.type, subscription.eventTypes)) return 'not-subscribed';
  return 'enqueue';
}
