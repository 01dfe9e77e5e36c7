import type { PublishedEvent } from './published-event.ts';
import type { Subscription } from './subscription.ts';

/** Why a subscription does or does not get an event. Stored with the event: it answers "why did I not get it?". */
export type DispatchDecision = 'enqueue' | 'not-subscribed' | 'disabled';

export interface PlannedDelivery {
  readonly subscriptionId: string;
  readonly decision: DispatchDecision;
}

/** Decides for every subscription of the event's account; the order is the subscriptions'. */
export function planDeliveries(
  event: PublishedEvent,
  subscriptions: readonly Subscription[],
): PlannedDelivery[] {
  return subscriptions
    .filter((subscription) => subscription.accountId === event.accountId)
    .map((subscription) => ({ subscriptionId: subscription.id, decision: decide(event, subscription) }));
}

function decide(event: PublishedEvent, subscription: Subscription): DispatchDecision {
  if (subscription.status === 'disabled') return 'disabled';
  if (!subscription.eventTypes.includes(event.type)) return 'not-subscribed';
  return 'enqueue';
}
