import type * as z from 'zod';
import type { Delivery } from '../core/deliveries/delivery.ts';
import type { LoggedEvent, LoggedEventDetail } from '../core/deliveries/event-history.ts';
import type { PlannedDelivery } from '../core/deliveries/planning.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import { presentDelivery, statusOf } from './delivery-views.ts';
import { type eventAtSubscriptionView, type eventDetailView, presentEvent } from './event-views.ts';

/** Why an event was or was not delivered, in words for the account's owner. */

/** What else is known when somebody looks an event up. */
export interface EventSurroundings {
  /** All that the account has now. */
  readonly subscriptions: readonly Subscription[];
  /** Those of the event that have a row. */
  readonly deliveries: readonly Delivery[];
  readonly now: Date;
  /** How old what the event was planned by may have been. */
  readonly cacheMs: number;
}

export function presentEventDetail(
  event: LoggedEventDetail,
  { subscriptions, deliveries, now, cacheMs }: EventSurroundings,
): z.output<typeof eventDetailView> {
  const planned = event.plan.map(({ subscriptionId }) => subscriptionId);
  // A test is for one subscription; of it the others have nothing to ask.
  const later = event.isTest ? [] : subscriptions.filter(({ id }) => !planned.includes(id));
  return {
    ...presentEvent(event),
    body: event.body,
    subscriptions: [
      ...event.plan.map((one) =>
        explainPlanned(one, {
          event,
          delivery: deliveries.find(({ subscriptionId }) => subscriptionId === one.subscriptionId),
          subscription: subscriptions.find(({ id }) => id === one.subscriptionId),
          now,
          whenItCame: `When the event came, or up to ${cacheMs / 1_000} seconds before,`,
        }),
      ),
      ...later.map(explainLater),
    ],
  };
}

type EventAtSubscription = z.output<typeof eventAtSubscriptionView>;

interface Known {
  readonly event: LoggedEvent;
  readonly delivery: Delivery | undefined;
  /** As it is now. */
  readonly subscription: Subscription | undefined;
  readonly now: Date;
  /** Events are planned by what was read of the account's subscriptions and status not long before. */
  readonly whenItCame: string;
}

function explainPlanned(
  { subscriptionId, decision }: PlannedDelivery,
  { event, delivery, subscription, now, whenItCame }: Known,
): EventAtSubscription {
  switch (decision) {
    case 'enqueue':
      return {
        subscriptionId,
        ...(delivery ? explainDelivery(delivery, subscription) : explainMissing(event, now)),
      };
    case 'not-subscribed':
      return {
        subscriptionId,
        outcome: decision,
        explanation: `${whenItCame} the subscription did not take events of the type ${event.type}.`,
      };
    case 'disabled':
      return {
        subscriptionId,
        outcome: decision,
        explanation: `${whenItCame} the subscription was disabled.`,
      };
    case 'pending':
      return {
        subscriptionId,
        outcome: decision,
        explanation: `${whenItCame} the receiver had not yet said that it wants callbacks.`,
      };
    case 'account-suspended':
      return {
        subscriptionId,
        outcome: decision,
        explanation: `${whenItCame} the account was suspended.`,
      };
    default:
      return decision satisfies never;
  }
}

type Explanation = Omit<EventAtSubscription, 'subscriptionId'>;

/** A first attempt has no row until it was made; once it must have been, the row's time has ended before the event's. */
function explainMissing({ isTest, recordedAt }: LoggedEvent, now: Date): Explanation {
  const ageMs = now.getTime() - Date.parse(recordedAt);
  if (ageMs > (isTest ? testPatienceMs : longestHorizonMs)) {
    return {
      outcome: 'no-longer-known',
      explanation: 'What became of it is no longer kept, or it was never sent.',
    };
  }
  const explanation =
    ageMs > punctualMs
      ? 'The first attempt is late, or something failed on our side: then it is made once that is mended.'
      : 'The first attempt is about to be made.';
  return { outcome: 'waiting', explanation };
}

/** A first attempt that takes longer to be made has met a fault of ours. */
const punctualMs = 5 * 60_000;

/** Of a stage's horizon, after which every delivery has ended. */
const longestHorizonMs = 7 * 24 * 3_600_000;
/** The row of a test is written right after its event. */
const testPatienceMs = 60_000;

function explainDelivery(delivery: Delivery, subscription: Subscription | undefined): Explanation {
  const obstacle = delivery.state === 'waiting' ? obstacleAt(subscription) : '';
  return {
    outcome: statusOf(delivery),
    explanation: explainState(delivery) + obstacle,
    delivery: presentDelivery(delivery),
  };
}

function explainState({ state, reason, attemptCount, nextAttemptAt, responseStatus }: Delivery): string {
  const attempts = attemptCount === 1 ? '1 attempt' : `${attemptCount} attempts`;
  const lastAnswer =
    attemptCount === 0
      ? ''
      : `, the last one ${responseStatus ? `answered ${responseStatus}` : 'unanswered'}`;
  switch (state) {
    case 'delivered':
      return `The receiver answered 2xx after ${attempts}.`;
    case 'claimed':
      return `The receiver is being called, or was a moment ago; ${attempts} before.`;
    case 'waiting':
      return `The next attempt is planned for ${nextAttemptAt}; ${attempts} so far${lastAnswer}.`;
    case 'exhausted':
      return `Given up after ${attempts}: ${reason}.`;
    case 'cancelled':
      return `Cancelled after ${attempts}: ${reason}.`;
    default:
      return state satisfies never;
  }
}

/** Whether the next attempt will be made is decided when its time has come. */
function obstacleAt(subscription: Subscription | undefined): string {
  if (!subscription) return ' It will be cancelled then: the subscription was deleted.';
  const { status } = subscription;
  return status === 'enabled' ? '' : ` It will be cancelled then if the subscription is still ${status}.`;
}

function explainLater({ id, createdAt }: Subscription): EventAtSubscription {
  return {
    subscriptionId: id,
    outcome: 'created-later',
    explanation: `The subscription was created at ${createdAt}, which is after the event came or so shortly before that it did not count yet.`,
  };
}
