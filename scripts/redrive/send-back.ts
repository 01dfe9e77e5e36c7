import type { HeldMessages } from '../../adapters/sqs-held-messages.ts';
import { type DeliveryMessage, deliveryMessageSchema, isFinal } from '../../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import { revive } from '../../core/deliveries/delivery-steps.ts';
import type { EventBodies, EventLog } from '../../core/deliveries/event-log.ts';
import { resendDelivery } from '../../core/deliveries/resend-delivery.ts';
import { isOfOtherSource } from '../../core/events/event-source.ts';
import { parsePublishedEvent } from '../../core/events/published-event.ts';
import { isOperational } from '../../core/events/subscribable-events.ts';

/** What became of one held message. */
export type RedriveResult =
  | 'redriven'
  /** The delivery has moved on since: there was nothing left to do. */
  | 'obsolete'
  /** Its event is no longer stored: there is nothing left to send. */
  | 'too-old'
  /** Its delivery is in work, or it would only come back: not an event of the catalog, not a message of ours. */
  | 'kept';

export interface SendBackDeps {
  readonly messages: Pick<HeldMessages, 'send'>;
  readonly deliveries: Pick<DeliveryLog, 'findDelivery' | 'replaceDelivery'>;
  readonly events: Pick<EventLog, 'keepEvent'>;
  readonly now: () => Date;
}

/** How soon the sweeper takes up a delivery whose message was lost on the way to the retry queue. */
const reviveLeaseMs = 60_000;

/** Sends the body of a held message to where it came from. Its own message stays in its queue. */
export function sendBack(deps: SendBackDeps, queueName: string, body: string): Promise<RedriveResult> {
  if (queueName === 'exhausted-deliveries') return reviveDelivery(deps, body);
  if (queueName === 'deliveries-dlq' || queueName === 'retries-dlq') {
    return repeatDelivery(deps, queueName.replace(/-dlq$/, ''), body);
  }
  return repeatEvent(deps, body);
}

/** The same ports, of which none writes or sends: with them, `sendBack` finds out what it would do. */
export function withoutWriting(deps: SendBackDeps & { readonly events: EventBodies }): SendBackDeps {
  const { deliveries, events, now } = deps;
  return {
    messages: { send: async () => {} },
    deliveries: { findDelivery: (ref) => deliveries.findDelivery(ref), replaceDelivery: async () => true },
    events: {
      keepEvent: async (accountId, eventId) => (await events.readEventBody(accountId, eventId)) !== undefined,
    },
    now,
  };
}

/** A delivery that had no attempt left gets a fresh schedule. */
async function reviveDelivery(
  { messages, deliveries, events, now }: SendBackDeps,
  body: string,
): Promise<RedriveResult> {
  const message = deliveryMessageSchema.safeParse(parseJson(body));
  if (!message.success) return 'kept';
  const row = await deliveries.findDelivery(message.data);
  const next = row && revive(row, now(), reviveLeaseMs);
  // The message is sent before the row reaches its version: until then it may still be needed.
  if (!row || !next)
    return row && (isFinal(row) || row.version >= message.data.version) ? 'obsolete' : 'kept';
  const send = (one: DeliveryMessage) => messages.send('retries', JSON.stringify(one), one.accountId);
  const result = await resendDelivery({ events, deliveries, send }, row, next, now());
  return result === 'sent' ? 'redriven' : result === 'overtaken' ? 'obsolete' : result;
}

/** We failed to process it: whether its call was made, the claim finds out. */
async function repeatDelivery(
  { messages }: SendBackDeps,
  queueName: string,
  body: string,
): Promise<RedriveResult> {
  const message = deliveryMessageSchema.safeParse(parseJson(body));
  if (!message.success) return 'kept';
  await messages.send(queueName, JSON.stringify({ ...message.data, recheck: true }), message.data.accountId);
  return 'redriven';
}

/**
 * An event goes to the queue of its type as EventBridge sent it: its row says whether it was dispatched already. One
 * of an unknown source stays, because no rule would have let it in.
 */
async function repeatEvent({ messages, now }: SendBackDeps, body: string): Promise<RedriveResult> {
  const parsed = parsePublishedEvent(body, now());
  if ('rejection' in parsed || isOfOtherSource(body)) return 'kept';
  const { type, accountId } = parsed.event;
  await messages.send(isOperational(type) ? 'operational' : type.replaceAll('.', '-'), body, accountId);
  return 'redriven';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
