import {
  catalogEntryOf,
  type EventData,
  type EventType,
  eventTypeSchema,
} from '../core/events/event-catalog.ts';
import { eventDetailSchema } from '../core/events/published-event.ts';
import { explain } from '../core/zod-issues.ts';
import { writeDetail } from './entry-detail.ts';
import { readFailure } from './put-events-errors.ts';

/** An event as the helpdesk backend publishes it. The shape of `data` follows from `type`. */
export type EventToPublish = {
  [Type in EventType]: {
    readonly type: Type;
    /**
     * 1 to 64 letters, digits, `_` or `-`, unique in the account. Derive it from what happened, not from the call: an
     * event that is published twice with the same id is delivered once.
     */
    readonly id: string;
    readonly accountId: string;
    /** ISO 8601 with `Z` or an offset, or a Date. Receivers get it in UTC, as all times of `data`. */
    readonly occurredAt: string | Date;
    readonly data: EventData<Type>;
  };
}[EventType];

/** `DetailType` and `Detail` of a PutEvents entry. */
export interface EntryContent {
  readonly detailType: EventType;
  readonly detail: string;
}

/**
 * The content of the entry for an event, or why the dispatcher would reject the event. Takes any value and never
 * throws. Each getter and each `toJSON` of the event is called once: what is checked is the text that is sent.
 */
export function toEntryContent(event: unknown): EntryContent | { readonly explanation: string } {
  if (typeof event !== 'object' || event === null) return { explanation: 'event: must be an object' };
  try {
    const { toJSON } = event as { toJSON?: unknown };
    const content: unknown = typeof toJSON === 'function' ? toJSON.call(event, '') : event;
    const { type, id, accountId, occurredAt, data } = content as Record<keyof EventToPublish, unknown>;
    const detailType = eventTypeSchema.safeParse(type);
    if (!detailType.success) return { explanation: explain(detailType.error, 'type') };
    const written = writeDetail({ id, accountId, occurredAt: readableTime(occurredAt), data });
    return 'explanation' in written ? written : check(detailType.data, written.detail);
  } catch (error) {
    return { explanation: `event: could not be read: ${readFailure(error).explanation}` };
  }
}

/** Checks what is sent, as the dispatcher will: a Date is a text by now. */
function check(detailType: EventType, detail: string): EntryContent | { readonly explanation: string } {
  const read = eventDetailSchema.safeParse(JSON.parse(detail));
  if (!read.success) return { explanation: explain(read.error) };
  const data = catalogEntryOf(detailType).data.safeParse(read.data.data);
  return data.success ? { detailType, detail } : { explanation: explain(data.error, 'data') };
}

/** JSON turns an invalid Date into null, which would be called a missing time. */
function readableTime(time: unknown): unknown {
  return time instanceof Date && Number.isNaN(time.getTime()) ? 'Invalid Date' : time;
}
