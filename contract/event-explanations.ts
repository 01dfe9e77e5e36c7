import type * as z from 'zod';
import type { Delivery } from '../core/deliveries/delivery.ts';
import type { LoggedEvent, LoggedEventDetail } from '../core/deliveries/event-history.ts';
import { isFirstAttemptAhead } from '../core/deliveries/first-attempt.ts';
import type { PlannedDelivery } from '../core/deliveries/planning.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import { presentDelivery, statusOf } from './delivery-views.ts';
import { type eventAtSubscriptionView, type eventDetailView, presentEvent } from './event-views.ts';
import { explainCancellation, explainFailure } from './failure-explanations.ts';

/** What the explanation of an event is based on, besides the event. */
export interface EventSurroundings {
  /** All subscriptions that the account has now. */
  readonly subscriptions: readonly Subscription[];
  /** The deliveries of the event that have a row. */
  readonly deliveries: readonly Delivery[];
  readonly now: Date;
  /** How old the subscriptions may have been by which the event was planned. */
  readonly cacheMs: number;
}

/** An event with, for each subscription of the account, why it was or was not delivered. */
export function presentEventDetail(
  event: LoggedEventDetail,
  { subscriptions, deliveries, now, cacheMs }: EventSurroundings,
): z.output<typeof eventDetailView> {
  const planned = event.plan.map(({ subscriptionId }) => subscriptionId);
  const deliveryAt = (id: string) => deliveries.find(({ subscriptionId }) => subscriptionId === id);
  const later = subscriptions
    .filter(({ id }) => !planned.includes(id))
    // A test event is for one subscription. To the others it means nothing, unless it was sent to them as well.
    .filter(({ id }) => !event.isTest || deliveryAt(id));
  return {
    ...presentEvent(event),
    body: event.body,
    subscriptions: [
      ...event.plan.map((one) =>
        explainPlanned(one, {
          event,
          delivery: deliveryAt(one.subscriptionId),
          subscription: subscriptions.find(({ id }) => id === one.subscriptionId),
          now,
          whenItCame: `When the event came, or up to ${cacheMs / 1_000} seconds before,`,
        }),
      ),
      ...later.map((subscription) => explainLater(subscription, deliveryAt(subscription.id))),
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
  /** The beginning of a sentence: what the dispatcher knows of an account may be a few seconds old. */
  readonly whenItCame: string;
}

function explainPlanned(
  { subscriptionId, decision }: PlannedDelivery,
  { event, delivery, subscription, now, whenItCame }: Known,
): EventAtSubscription {
  if (delivery) {
    const explained = explainDelivery(delivery, subscription);
    return { subscriptionId, ...(decision === 'enqueue' ? explained : asAskedFor(explained)) };
  }
  switch (decision) {
    case 'enqueue':
      return { subscriptionId, ...explainMissing(event, now) };
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

/** Of a delivery that the event did not bring about by itself. */
function asAskedFor({ explanation, ...others }: Explanation): Explanation {
  return { ...others, explanation: `Sent because its owner asked for it. ${explanation}` };
}

function explainMissing(event: LoggedEvent, now: Date): Explanation {
  if (!isFirstAttemptAhead(event, now)) {
    return {
      outcome: 'no-longer-known',
      explanation: 'The result is no longer stored, or the event was never sent.',
    };
  }
  const explanation =
    now.getTime() - Date.parse(event.recordedAt) > punctualMs
      ? 'The first attempt is late, or something failed on our side. Then it is made as soon as that is fixed.'
      : 'The first attempt is about to be made.';
  return { outcome: 'waiting', explanation };
}

/** A first attempt that is made later than this has met a fault of ours. */
const punctualMs = 5 * 60_000;

function explainDelivery(delivery: Delivery, subscription: Subscription | undefined): Explanation {
  const obstacle = delivery.state === 'waiting' ? obstacleAt(subscription) : '';
  return {
    outcome: statusOf(delivery),
    explanation: explainState(delivery) + obstacle,
    delivery: presentDelivery(delivery),
  };
}

function explainState(delivery: Delivery): string {
  const { attemptCount, responseStatus } = delivery;
  const attempts = attemptCount === 1 ? '1 attempt' : `${attemptCount} attempts`;
  const lastAnswer =
    attemptCount === 0
      ? ''
      : `, the last one ${responseStatus ? `answered ${responseStatus}` : 'unanswered: GET /deliveries/{id} says why'}`;
  switch (delivery.state) {
    case 'delivered':
      return `The receiver answered 2xx after ${attempts}.`;
    case 'claimed':
      return `The receiver is being called, or was a moment ago; ${attempts} before.`;
    case 'waiting':
      return `The next attempt is planned for ${delivery.nextAttemptAt}; ${attempts} so far${lastAnswer}.`;
    case 'exhausted':
      return `Given up after ${attempts}: ${explainFailure(delivery.reason, responseStatus)}`;
    case 'cancelled':
      return `Cancelled after ${attempts}: ${explainCancellation(delivery.reason)}`;
    default:
      return delivery satisfies never;
  }
}

/** What may prevent the next attempt. The deliverer decides it when the time has come. */
function obstacleAt(subscription: Subscription | undefined): string {
  if (!subscription) return ' It will be cancelled then: the subscription was deleted.';
  const { status } = subscription;
  return status === 'enabled' ? '' : ` It will be cancelled then if the subscription is still ${status}.`;
}

function explainLater(subscription: Subscription, delivery: Delivery | undefined): EventAtSubscription {
  const { id: subscriptionId, createdAt } = subscription;
  if (delivery) return { subscriptionId, ...asAskedFor(explainDelivery(delivery, subscription)) };
  return {
    subscriptionId,
    outcome: 'created-later',
    explanation: `The subscription was created at ${createdAt}: after the event came, or so shortly before it that it did not count yet.`,
  };
}
