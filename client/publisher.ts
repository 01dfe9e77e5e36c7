import { setTimeout } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { splitIntoBatches } from '../core/batches.ts';
import {
  catalogEntryOf,
  type EventData,
  type EventType,
  eventSource,
  eventTypeSchema,
} from '../core/events/event-catalog.ts';
import { eventDetailSchema, maxCallbackBodyBytes } from '../core/events/published-event.ts';
import { findLostNumber, toJsonText } from '../core/json-text.ts';
import { explain } from '../core/zod-issues.ts';
import { isFinal, isTransient } from './put-events-errors.ts';

export type { EventData, EventType };

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

/**
 * An event that was not published. `invalid` and `refused` events fail every time; `unavailable` ones may succeed
 * later.
 */
export interface UnpublishedEvent {
  readonly event: EventToPublish;
  readonly reason: 'invalid' | 'refused' | 'unavailable';
  /** Field paths and rules, or EventBridge's error code and message. */
  readonly explanation: string;
}

export interface PublishResult {
  /** In the order given, each with EventBridge's id of the publication. */
  readonly published: readonly { readonly event: EventToPublish; readonly envelopeId: string }[];
  readonly unpublished: readonly UnpublishedEvent[];
}

export interface PublisherOptions {
  /** `EventBusName` of the stack outputs. */
  readonly eventBusName: string;
  /** Default: a client with the environment's region and credentials. */
  readonly client?: EventBridgeClient;
  /** How often an entry is sent before it is reported as unavailable. Default: 5. */
  readonly maxAttempts?: number;
}

export interface Publisher {
  /** Publishes any number of events. Never rejects: check `unpublished` for the events that could not be sent. */
  publish(events: readonly EventToPublish[]): Promise<PublishResult>;
}

/**
 * PutEvents takes 10 entries and less than 1 MB in all.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
const batchLimits = { maxCount: 10, maxBytes: 1_000_000 };

const firstPauseMs = 100;

interface Entry {
  readonly event: EventToPublish;
  readonly request: PutEventsRequestEntry;
}

type Sent = { envelopeId: string } | Omit<UnpublishedEvent, 'event'>;

export function createPublisher({ eventBusName, client, maxAttempts = 5 }: PublisherOptions): Publisher {
  const eventBridge = client ?? new EventBridgeClient({});

  return {
    async publish(events) {
      const results = new Map<EventToPublish, Sent>();
      let pending: Entry[] = [];
      for (const event of events) {
        const checked = toRequest(event, eventBusName);
        if ('explanation' in checked)
          results.set(event, { reason: 'invalid', explanation: checked.explanation });
        else pending.push({ event, request: checked });
      }
      for (let attempt = 1; pending.length > 0; attempt += 1) {
        const batches = splitIntoBatches(pending, sizeOf, batchLimits);
        const sent = (await Promise.all(batches.map(sendBatch))).flat();
        for (const [event, result] of sent) results.set(event, result);
        pending = pending.filter(({ event }) => isUnavailable(results.get(event)));
        if (attempt >= maxAttempts) break;
        // Full jitter: publishers that were throttled together must not come back together.
        if (pending.length > 0) await setTimeout(Math.random() * firstPauseMs * 2 ** attempt);
      }
      return collect(events, results);
    },
  };

  async function sendBatch(batch: readonly Entry[]): Promise<[EventToPublish, Sent][]> {
    try {
      const { Entries = [] } = await eventBridge.send(
        new PutEventsCommand({ Entries: batch.map(({ request }) => request) }),
      );
      return batch.map(({ event }, index) => {
        const { EventId, ErrorCode, ErrorMessage = '' } = Entries[index] ?? {};
        if (EventId && !ErrorCode) return [event, { envelopeId: EventId }];
        const reason = isFinal(ErrorCode) ? 'refused' : 'unavailable';
        return [event, { reason, explanation: `${ErrorCode ?? 'NoAnswer'}: ${ErrorMessage}` }];
      });
    } catch (error) {
      const { name, message } = error as Error;
      const reason = isTransient(error as Error) ? 'unavailable' : 'refused';
      return batch.map(({ event }) => [event, { reason, explanation: `${name}: ${message}` }]);
    }
  }
}

/** The entry for PutEvents, or why the dispatcher would reject the event. */
function toRequest(
  event: EventToPublish,
  eventBusName: string,
): PutEventsRequestEntry | { explanation: string } {
  const type = eventTypeSchema.safeParse(event.type);
  if (!type.success) return { explanation: explain(type.error, 'type') };
  const { id, accountId, data } = event;
  const occurredAt = event.occurredAt instanceof Date ? toIso(event.occurredAt) : event.occurredAt;
  const text = toJsonText({ id, accountId, occurredAt, data });
  if (text === undefined)
    return { explanation: 'data: cannot be written as JSON (a cycle, a BigInt, or nested too deep)' };
  // Check what is sent, as the dispatcher will: a Date is a text by now, and NaN is null.
  const detail = eventDetailSchema.safeParse(JSON.parse(text));
  if (!detail.success) return { explanation: explain(detail.error) };
  const checkedData = catalogEntryOf(type.data).data.safeParse(detail.data.data);
  if (!checkedData.success) return { explanation: explain(checkedData.error, 'data') };
  const lost = findLostNumber(data, 'data');
  if (lost) return { explanation: `${lost}: must be a number that JSON can hold` };

  // Allow for the few bytes of the type, which the callback's body holds as well.
  if (Buffer.byteLength(text) > maxCallbackBodyBytes - 100) {
    return { explanation: `data: the callback body would be over ${maxCallbackBodyBytes} bytes` };
  }
  return { EventBusName: eventBusName, Source: eventSource, DetailType: type.data, Detail: text };
}

function toIso(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString();
}

/**
 * The size as EventBridge counts it. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
 */
function sizeOf({ request: { Source = '', DetailType = '', Detail = '' } }: Entry): number {
  return Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}

function isUnavailable(sent: Sent | undefined): boolean {
  return sent === undefined || ('reason' in sent && sent.reason === 'unavailable');
}

function collect(
  events: readonly EventToPublish[],
  results: ReadonlyMap<EventToPublish, Sent>,
): PublishResult {
  const published: PublishResult['published'][number][] = [];
  const unpublished: UnpublishedEvent[] = [];
  for (const event of events) {
    const sent = results.get(event);
    if (!sent) throw new Error('an event was neither published nor reported');
    if ('envelopeId' in sent) published.push({ event, envelopeId: sent.envelopeId });
    else unpublished.push({ event, ...sent });
  }
  return { published, unpublished };
}
