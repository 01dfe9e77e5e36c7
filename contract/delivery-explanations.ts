import type { Delivery, ParkedDelivery, WaitingDelivery } from '../core/deliveries/delivery.ts';
import { type HoldBack, holdBackOf } from '../core/subscriptions/parking.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import {
  sayCancellation,
  sayFailure,
  sayLastAnswer,
  sayMeaning,
  sayParking,
} from './failure-explanations.ts';
import { type Sentence, say, textOf } from './sentences.ts';

/** What tells more of an open delivery than its row. */
export interface DeliverySurroundings {
  /** Its subscription as it is now. */
  readonly subscription: Subscription;
  readonly now: Date;
}

/** What became of a delivery, why, and what its owner can do. */
export function explainDelivery(delivery: Delivery, around?: DeliverySurroundings): Sentence[] {
  switch (delivery.state) {
    case 'waiting':
      return [...explainRow(delivery), ...sayWhatHolds(delivery, around)];
    case 'parked':
      return [say('delivery.parked', { attempts: delivery.attemptCount }), sayWhyParked(delivery, around)];
    default:
      return explainRow(delivery);
  }
}

/** The row knows why it was parked. Its subscription may know a better reason by now, and a time. */
function sayWhyParked({ reason }: ParkedDelivery, around: DeliverySurroundings | undefined): Sentence {
  if (!around || isByOperator(reason)) return sayParking(reason);
  const { subscription, now } = around;
  const held = holdBackOf(subscription, now);
  if (held) return sayHoldBack(held);
  if (subscription.status === 'disabled')
    return subscription.disabledReason ? sayParking('disabled') : sayCancellation('subscription-disabled');
  return subscription.drain && reason !== 'rate-limit' ? say('parked.draining') : sayParking(reason);
}

/** The message of a waiting delivery may be a probe, which passes, while one is being made or awaited. */
function sayWhatHolds({ isTest }: WaitingDelivery, around: DeliverySurroundings | undefined): Sentence[] {
  const held = around && !isTest ? holdBackOf(around.subscription, around.now) : undefined;
  const isProbed = around && around.subscription.receiver.breaker?.state !== 'open';
  if (!held || (held.reason === 'failing' && isProbed)) return [];
  return [say('delivery.held-back'), sayHoldBack(held)];
}

function sayHoldBack({ reason, until }: HoldBack): Sentence {
  return until === undefined ? sayParking(reason) : say(`parked.${reason}-until`, { at: until });
}

function isByOperator(reason: ParkedDelivery['reason']): boolean {
  return reason === 'account-paused' || reason === 'stage-paused';
}

function explainRow(delivery: Delivery): Sentence[] {
  const { attemptCount: attempts, responseStatus: status } = delivery;
  switch (delivery.state) {
    case 'delivered':
      return [say('delivery.delivered', { attempts })];
    case 'claimed':
      return [say('delivery.claimed', { attempts })];
    case 'waiting': {
      const { nextAttemptAt: at, limit } = delivery;
      if (limit) return [...sayLimit(limit, at), ...sayLastAnswer(status)];
      if (attempts === 0) return [say('delivery.waiting', { at, attempts })];
      return status
        ? [say('delivery.waiting-answered', { at, attempts, status }), ...sayMeaning(status)]
        : [say('delivery.waiting-unanswered', { at, attempts })];
    }
    case 'parked':
      return [say('delivery.parked', { attempts }), sayParking(delivery.reason)];
    case 'exhausted':
      return [say('delivery.exhausted', { attempts }), ...sayFailure(delivery.reason, status)];
    case 'cancelled':
      return [say('delivery.cancelled', { attempts }), sayCancellation(delivery.reason)];
    default:
      return delivery satisfies never;
  }
}

/** For which limit it waits, until when, and what its owner can do. */
export function sayLimit(limit: NonNullable<WaitingDelivery['limit']>, at: string): Sentence[] {
  const waits = say('delivery.waiting-limited', { at });
  switch (limit) {
    case 'subscription':
    case 'unproven-address':
    case 'account-at-host':
    case 'account':
    case 'host':
    case 'domain':
    case 'address':
    case 'places':
      return [waits, say(`limit.${limit}`)];
    default:
      return [waits, say('limit.other')];
  }
}

/** The same in one text. */
export function explainLimit(...limit: Parameters<typeof sayLimit>): string {
  return textOf(sayLimit(...limit));
}
