import { type Delivery, type DeliveryMessage, messageFor, type WaitingDelivery } from './delivery.ts';
import type { DeliveryLog } from './delivery-log.ts';
import type { EventLog } from './event-log.ts';

export interface ResendPorts {
  readonly events: Pick<EventLog, 'keepEvent'>;
  readonly deliveries: Pick<DeliveryLog, 'replaceDelivery'>;
  /** Told before the delivery changes, once its event is sure to be kept. */
  readonly announce?: () => Promise<void>;
  /** Sends to the retry queue. The row is already written, so a lost message only makes the attempt late. */
  readonly send: (message: DeliveryMessage) => Promise<void>;
}

export type ResendResult =
  | 'sent'
  /** The event is no longer stored, so nothing can be sent. */
  | 'too-old'
  /** The delivery has changed since it was read. Nothing was sent. */
  | 'overtaken';

/** Begins a delivery's schedule anew: extends the event's retention, writes the row and sends the message. */
export async function resendDelivery(
  { events, deliveries, announce, send }: ResendPorts,
  seen: Delivery | undefined,
  next: WaitingDelivery,
  now: Date,
): Promise<ResendResult> {
  // This comes first: the event must be kept until the new schedule has ended.
  if (!(await events.keepEvent(next.accountId, next.eventId, now))) return 'too-old';
  await announce?.();
  if (!(await deliveries.replaceDelivery(seen, next))) return 'overtaken';
  await send(messageFor(next));
  return 'sent';
}
