import type * as z from 'zod';
import type { Delivery, ParkedDelivery } from '../core/deliveries/delivery.ts';
import type { LoggedEvent, LoggedEventDetail } from '../core/deliveries/event-history.ts';
import { isFirstAttemptAhead } from '../core/deliveries/first-attempt.ts';
import type { PlannedDelivery } from '../core/deliveries/planning.ts';
import { holdBackOf } from '../core/subscriptions/parking.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import { explainDelivery } from './delivery-explanations.ts';
import { presentDelivery, statusOf } from './delivery-views.ts';
import { type eventAtSubscriptionView, type eventDetailView, presentEvent } from './event-views.ts';
import { sayCancellation } from './failure-explanations.ts';
import { type Sentence, say, textOf } from './sentences.ts';

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
          seconds: cacheMs / 1_000,
        }),
      ),
      ...later.map((subscription) => explainLater(subscription, deliveryAt(subscription.id), now)),
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
  /** What the dispatcher knows of an account may be so old. */
  readonly seconds: number;
}

function explainPlanned(
  { subscriptionId, decision }: PlannedDelivery,
  { event, delivery, subscription, now, seconds }: Known,
): EventAtSubscription {
  if (delivery) {
    const isAskedFor = decision !== 'enqueue';
    return { subscriptionId, ...explainSent(delivery, subscription, isAskedFor, now) };
  }
  switch (decision) {
    case 'enqueue':
      return { subscriptionId, ...explainMissing(event, now) };
    case 'not-subscribed': {
      const said = say('event.not-subscribed', { seconds, type: event.type });
      return { subscriptionId, ...explained(decision, said) };
    }
    case 'disabled':
    case 'pending':
    case 'account-suspended':
      return { subscriptionId, ...explained(decision, say(`event.${decision}`, { seconds })) };
    default:
      return decision satisfies never;
  }
}

type Explanation = Omit<EventAtSubscription, 'subscriptionId'>;

function explained(outcome: Explanation['outcome'], ...sentences: Sentence[]): Explanation {
  return { outcome, explanation: textOf(sentences), sentences };
}

function explainMissing(event: LoggedEvent, now: Date): Explanation {
  if (!isFirstAttemptAhead(event, now)) return explained('no-longer-known', say('event.no-longer-known'));
  const isLate = now.getTime() - Date.parse(event.recordedAt) > punctualMs;
  return explained('waiting', say(isLate ? 'event.late' : 'event.about-to-be-sent'));
}

/** A first attempt that is made later than this has met a fault of ours. */
const punctualMs = 5 * 60_000;

/** `isAskedFor`: the event did not bring the delivery about by itself. */
function explainSent(
  delivery: Delivery,
  subscription: Subscription | undefined,
  isAskedFor: boolean,
  now: Date,
): Explanation {
  const around = subscription && { subscription, now };
  const sentences = [
    ...(isAskedFor ? [say('delivery.asked-for')] : []),
    ...(delivery.state === 'parked' && !around ? sayAbandoned(delivery) : explainDelivery(delivery, around)),
    ...(delivery.state === 'waiting' ? sayObstacle(subscription, now) : []),
  ];
  return { ...explained(statusOf(delivery), ...sentences), delivery: presentDelivery(delivery, around) };
}

/** Why it was parked does not matter any more. */
function sayAbandoned({ attemptCount: attempts }: ParkedDelivery): Sentence[] {
  return [say('delivery.parked', { attempts }), sayCancellation('subscription-deleted')];
}

/** What may prevent the next attempt. The deliverer decides it when the time has come. */
function sayObstacle(subscription: Subscription | undefined, now: Date): Sentence[] {
  if (!subscription) return [say('delivery.ends-deleted')];
  const { status } = subscription;
  return status === 'enabled' || isKept(subscription, now)
    ? []
    : [say('delivery.ends-not-enabled', { status })];
}

/** Then it is parked, which its own sentences say. */
function isKept(subscription: Subscription, now: Date): boolean {
  return holdBackOf(subscription, now)?.reason === 'disabled';
}

function explainLater(
  subscription: Subscription,
  delivery: Delivery | undefined,
  now: Date,
): EventAtSubscription {
  const { id: subscriptionId, createdAt } = subscription;
  if (delivery) return { subscriptionId, ...explainSent(delivery, subscription, true, now) };
  return { subscriptionId, ...explained('created-later', say('event.created-later', { at: createdAt })) };
}
