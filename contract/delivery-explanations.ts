import type { Delivery, WaitingDelivery } from '../core/deliveries/delivery.ts';
import {
  sayCancellation,
  sayFailure,
  sayLastAnswer,
  sayMeaning,
  sayParking,
} from './failure-explanations.ts';
import { type Sentence, say, textOf } from './sentences.ts';

/** What became of a delivery, why, and what its owner can do. */
export function explainDelivery(delivery: Delivery): Sentence[] {
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
