import * as z from 'zod';
import { identifierSchema } from '../identifiers.ts';
import { parseJson, parseKeepingNumbers, toJsonText } from '../json-text.ts';
import { explain } from '../zod-issues.ts';
import { eventTypeSchema } from './event-catalog.ts';
import { hashContent, withTimes } from './event-content.ts';
import { operationalSource, operationalTypeSchema } from './operational-events.ts';
import { publishedTimeSchema } from './published-time.ts';
import { type SubscribableType, subscribableEntryOf } from './subscribable-events.ts';

/**
 * `Detail` of a PutEvents entry. It is loose, like the catalog's data: a field that the helpdesk adds must not get
 * the event rejected.
 */
export const eventDetailSchema = z.looseObject({
  id: identifierSchema,
  accountId: identifierSchema,
  occurredAt: publishedTimeSchema,
  data: z.record(z.string(), z.unknown()),
});

/**
 * The EventBridge envelope around the detail. Its `time` is not read: a publisher may set it to anything.
 * https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
 */
const envelopeSchema = z.looseObject({
  id: z.string().min(1),
  source: z.unknown().optional(),
  'detail-type': z.string(),
  detail: z.unknown(),
});

/** An event that passed every check. */
export interface PublishedEvent {
  readonly id: string;
  readonly accountId: string;
  readonly type: SubscribableType;
  /** EventBridge's id of this publication. It stays the same when our own queue delivers the message again. */
  readonly envelopeId: string;
  /** When EventBridge put the event into its queue. It is part of keys, and the retry horizon starts here. */
  readonly acceptedAt: string;
  /** The callback's body, serialized once. The same bytes are signed, sent, stored and replayed. */
  readonly body: string;
  /** Tells a repeated publication from a different event with the same id. See `hashContent`. */
  readonly contentHash: string;
  /** True for a test that an account owner asked for. Its data is the catalog's example. */
  readonly isTest?: boolean;
}

export type RejectionReason =
  | 'not-json'
  | 'not-an-event'
  | 'unknown-type'
  | 'invalid-detail'
  | 'invalid-data'
  | 'too-large'
  | 'id-conflict'
  | 'not-a-delivery';

/** Why an event can never be delivered. `explanation` names fields and rules, never values, because it is logged. */
export interface Rejection {
  readonly reason: RejectionReason;
  readonly explanation: string;
}

export type ParsedEvent = { readonly event: PublishedEvent } | { readonly rejection: Rejection };

/** 256 KiB of UTF-8: what SQS, the event row and most receivers carry without special care. */
export const maxCallbackBodyBytes = 256 * 1024;

/**
 * Parses one message of an event queue: an EventBridge envelope as JSON text. Never throws. The catalog of its source
 * judges the values; what is passed on is the text.
 */
export function parsePublishedEvent(text: string, acceptedAt: Date): ParsedEvent {
  const json = parseJson(text);
  if (json === undefined) return rejected('not-json', 'the message is not JSON');
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) return rejected('not-an-event', explain(envelope.error));
  const types = envelope.data.source === operationalSource ? operationalTypeSchema : eventTypeSchema;
  const type = types.safeParse(envelope.data['detail-type']);
  if (!type.success) return rejected('unknown-type', 'detail-type is not in the event catalog');
  const detail = eventDetailSchema.safeParse(envelope.data.detail);
  if (!detail.success) return rejected('invalid-detail', explain(detail.error, 'detail'));
  const data = subscribableEntryOf(type.data).data.safeParse(detail.data.data);
  if (!data.success) return rejected('invalid-data', explain(data.error, 'detail.data'));

  const { id, accountId, occurredAt: timestamp } = detail.data;
  const content = writeContent({ id, type: type.data, timestamp, accountId }, text, data.data);
  if (!content) return rejected('invalid-data', 'detail.data: is nested too deep');
  if (Buffer.byteLength(content.body) > maxCallbackBodyBytes) {
    return rejected('too-large', `the callback body is over ${maxCallbackBodyBytes} bytes`);
  }
  const { id: envelopeId } = envelope.data;
  const names = { id, accountId, type: type.data, envelopeId, acceptedAt: acceptedAt.toISOString() };
  return { event: { ...names, ...content } };
}

/** The body with the data of the message as it was written. Undefined if it is nested too deep. */
function writeContent(
  head: object,
  text: string,
  readData: unknown,
): Pick<PublishedEvent, 'body' | 'contentHash'> | undefined {
  try {
    const { detail } = parseKeepingNumbers(text) as { detail: { data: unknown } };
    const content = { ...head, data: withTimes(detail.data, readData) };
    const body = toJsonText(content);
    return body === undefined ? undefined : { body, contentHash: hashContent(content) };
  } catch {
    return undefined;
  }
}

function rejected(reason: RejectionReason, explanation: string): ParsedEvent {
  return { rejection: { reason, explanation } };
}
