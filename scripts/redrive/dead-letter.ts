import * as z from 'zod';
import type { HeldMessage } from '../../adapters/sqs-held-messages.ts';
import { parsePublishedEvent } from '../../core/events/published-event.ts';
import { rejectedFields } from '../../core/events/rejected-fields.ts';

/** What an operator sees of a held message: where it waits, whose it is and what is wrong with it. */
export interface DeadLetter {
  readonly queue: string;
  /** SQS's id. Every message has one, however broken it is. */
  readonly messageId: string;
  /** Absent if the message does not say it. So are the next three. */
  readonly eventId?: string;
  readonly accountId?: string;
  readonly subscriptionId?: string;
  readonly type?: string;
  readonly reason: string;
  /** The paths of the fields at fault, such as `detail.data.ticket.id`. */
  readonly fields: readonly string[];
  readonly explanation?: string;
  readonly sentAt: string;
  readonly receiveCount: number;
}

/** The text of a message, if it is one that can be shown as such. */
const text = z.string().min(1).optional().catch(undefined);

/** A message of the delivery queues, or an EventBridge envelope: as far as it can be read. */
const readableSchema = z
  .looseObject({
    eventId: text,
    accountId: text,
    subscriptionId: text,
    eventType: text,
    'detail-type': text,
    detail: z.looseObject({ id: text, accountId: text }).catch({}),
  })
  .catch({ detail: {} });

/** Never throws, whatever the message holds. */
export function readDeadLetter(queue: string, message: HeldMessage): DeadLetter {
  const { detail, ...read } = readableSchema.parse(parseJson(message.body));
  const explanation = explain(queue, message);
  return {
    queue,
    messageId: message.messageId,
    ...definedOf({
      eventId: read.eventId ?? detail.id,
      accountId: read.accountId ?? detail.accountId,
      subscriptionId: read.subscriptionId,
      type: read.eventType ?? read['detail-type'],
    }),
    reason: message.reason,
    fields: rejectedFields(message.reason, explanation),
    ...definedOf({ explanation }),
    sentAt: message.sentAt.toISOString(),
    receiveCount: message.receiveCount,
  };
}

/** True if one of the ids names the message: its event's, or its own. */
export function isNamedBy(ids: readonly string[], { eventId, messageId }: DeadLetter): boolean {
  return ids.includes(messageId) || (eventId !== undefined && ids.includes(eventId));
}

/** What the function that refused the message wrote beside it, what EventBridge did, or what the catalog says now. */
function explain(queue: string, { attributes, body, sentAt }: HeldMessage): string | undefined {
  const written = attributes['explanation'] ?? attributes['ERROR_MESSAGE'];
  if (written !== undefined || !isEventQueue(queue)) return written;
  const parsed = parsePublishedEvent(body, sentAt);
  return 'rejection' in parsed ? parsed.rejection.explanation : undefined;
}

/** True for the queues that hold events. The others hold messages of deliveries. */
export function isEventQueue(queue: string): boolean {
  return !['exhausted-deliveries', 'deliveries-dlq', 'retries-dlq'].includes(queue);
}

function definedOf<Value extends Readonly<Record<string, string | undefined>>>(
  value: Value,
): { [Name in keyof Value]?: string } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Name in keyof Value]?: string;
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
