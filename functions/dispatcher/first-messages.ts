import type { DeliveryMessage } from '../../core/deliveries/delivery.ts';
import type { PlannedDelivery } from '../../core/deliveries/planning.ts';
import type { PublishedEvent } from '../../core/events/published-event.ts';

/** A larger body is read from the event's row instead: fifty copies of it would fill the function's memory. */
const maxCarriedBodyBytes = 32 * 1024;

/** The messages of the event's first attempts. `recheck`: they may have been sent before. */
export function messagesFor(
  event: PublishedEvent,
  plan: readonly PlannedDelivery[],
  recheck: boolean,
): DeliveryMessage[] {
  const { accountId, id: eventId, type: eventType, acceptedAt, body } = event;
  const carried = !recheck && Buffer.byteLength(body) <= maxCarriedBodyBytes ? { body } : {};
  return plan
    .filter(({ decision }) => decision === 'enqueue')
    .map(({ subscriptionId }) => ({
      accountId,
      subscriptionId,
      eventId,
      eventType,
      acceptedAt,
      version: 0,
      recheck,
      ...carried,
    }));
}
