import type { DeliveryInWork } from '../../core/deliveries/delivery.ts';
import type { ExhaustedCount } from '../../core/deliveries/parked-deliveries.ts';
import { isOperational } from '../../core/events/subscribable-events.ts';
import { withExhausted } from '../../core/subscriptions/lesson.ts';
import type { SubscriptionLookup, SubscriptionWriter } from '../../core/subscriptions/subscription-store.ts';
import type { Telemetry } from '../../core/telemetry.ts';

export interface ExhaustedDeps {
  readonly exhaustedCount: Pick<ExhaustedCount, 'addExhausted'>;
  readonly subscriptions: SubscriptionLookup & SubscriptionWriter;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
}

const maxTries = 5;

/**
 * Notes that a delivery ended undelivered, so that its owner hears of it. The delivery itself does not depend on that: its row
 * and its dead letter are written.
 */
export function createExhaustedNote({ exhaustedCount, subscriptions, telemetry, now }: ExhaustedDeps) {
  return async function noteExhausted({ message }: DeliveryInWork): Promise<void> {
    const { accountId, subscriptionId, eventType, isTest } = message;
    // Word of an operational event that could not be delivered could not be delivered either.
    if (isTest || isOperational(eventType)) return;
    try {
      await exhaustedCount.addExhausted(message);
      for (let tries = 0; tries < maxTries; tries += 1) {
        const seen = await subscriptions.findSubscription(accountId, subscriptionId);
        const next = seen && withExhausted(seen, now());
        if (!seen || next === seen || !next) return;
        if (await subscriptions.replaceSubscription(seen, next)) return;
      }
    } catch (error) {
      telemetry.error('receiver.unrecorded', { accountId, subscriptionId, error });
    }
  };
}
