import type { Attempt, Delivery, DeliveryState } from './delivery.ts';
import { deliveryIdOf } from './delivery.ts';

/** How an account's owner is told of deliveries: a claim is nothing to him, and what is exhausted has failed. */

export const deliveryStatuses = ['waiting', 'delivered', 'failed', 'cancelled'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

const statusesByState: Readonly<Record<DeliveryState, DeliveryStatus>> = {
  waiting: 'waiting',
  claimed: 'waiting',
  delivered: 'delivered',
  exhausted: 'failed',
  cancelled: 'cancelled',
};

export function statesOf(status: DeliveryStatus): DeliveryState[] {
  const states = Object.keys(statusesByState) as DeliveryState[];
  return states.filter((state) => statusesByState[state] === status);
}

export function presentDelivery(delivery: Delivery) {
  const { subscriptionId, eventId, eventType, acceptedAt, state, reason, attemptCount, updatedAt, dueAt } =
    delivery;
  return {
    id: deliveryIdOf(delivery),
    subscriptionId,
    eventId,
    eventType,
    acceptedAt,
    status: statusesByState[state],
    ...(reason ? { reason } : {}),
    attemptCount,
    updatedAt,
    // A message may carry the next attempt, and then it is earlier.
    ...(dueAt ? { nextAttemptBy: dueAt } : {}),
  };
}

/** The receiver's words are hostile text: whoever shows them must not take them for anything else. */
export function presentAttempt({ startedAt, outcome }: Attempt) {
  const { kind, durationMs, status, responseExcerpt } = outcome;
  const { reason, refusal } = outcome.kind === 'failure' ? outcome : {};
  return { startedAt, durationMs, outcome: kind, reason, refusal, status, responseExcerpt };
}
