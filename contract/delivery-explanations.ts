import type { Delivery } from '../core/deliveries/delivery.ts';
import { sayCancellation, sayFailure, sayParking } from './failure-explanations.ts';
import { type Sentence, say } from './sentences.ts';

/** What became of a delivery, why, and what its owner can do. */
export function explainDelivery(delivery: Delivery): Sentence[] {
  const { attemptCount: attempts, responseStatus: status } = delivery;
  switch (delivery.state) {
    case 'delivered':
      return [say('delivery.delivered', { attempts })];
    case 'claimed':
      return [say('delivery.claimed', { attempts })];
    case 'waiting': {
      const at = delivery.nextAttemptAt;
      if (attempts === 0) return [say('delivery.waiting', { at, attempts })];
      return status
        ? [say('delivery.waiting-answered', { at, attempts, status })]
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
