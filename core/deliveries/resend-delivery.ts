import { type Delivery, type DeliveryMessage, messageFor, type WaitingDelivery } from './delivery.ts';
import type { DeliveryLog } from './delivery-log.ts';
import type { EventLog } from './event-log.ts';

export interface ResendPorts {
  readonly events: Pick<EventLog, 'keepEvent'>;
  readonly deliveries: Pick<DeliveryLog, 'replaceDelivery'>;
  /** To the retry queue. The row is written by then: a message that gets lost costs punctuality only. */
  readonly send: (message: DeliveryMessage) => Promise<void>;
}

export type ResendResult =
  | 'sent'
  /** The event is no longer stored: there is nothing left to send. */
  | 'too-old'
  /** Somebody else has changed the delivery since it was read; nothing was sent. */
  | 'overtaken';

/** Starts a delivery's schedule anew, whoever asks for it: keeps the event, writes the row, sends the message. */
export async function resendDelivery(
  { events, deliveries, send }: ResendPorts,
  seen: Delivery,
  next: WaitingDelivery,
  now: Date,
): Promise<ResendResult> {
  // First of all: the event's time must not be over before the new schedule is.
  if (!(await events.keepEvent(next.accountId, next.eventId, now))) return 'too-old';
  if (!(await deliveries.replaceDelivery(seen, next))) return 'overtaken';
  await send(messageFor(next));
  return 'sent';
}
