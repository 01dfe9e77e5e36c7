import { createHash } from 'node:crypto';
import * as z from 'zod';
import { identifierSchema, timestampSchema } from '../identifiers.ts';
import { toJsonText } from '../json-text.ts';
import { explain } from '../zod-issues.ts';
import { catalogEntryOf, type EventType, eventTypeSchema } from './event-catalog.ts';

/**
 * `Detail` of a PutEvents entry. It is loose, like the catalog's data: a field that the helpdesk adds must not get
 * the event rejected.
 */
export const eventDetailSchema = z.looseObject({
  id: identifierSchema,
  accountId: identifierSchema,
  occurredAt: timestampSchema,
  data: z.record(z.string(), z.unknown()),
});

/**
 * The EventBridge envelope around the detail.
 * https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
 */
const envelopeSchema = z.looseObject({
  id: z.string().min(1),
  time: z.iso.datetime(),
  'detail-type': z.string(),
  detail: z.unknown(),
});

/** An event that passed every check. */
export interface PublishedEvent {
  readonly id: string;
  readonly accountId: string;
  readonly type: EventType;
  /** EventBridge's id of this publication. It stays the same when our own queue delivers the message again. */
  readonly envelopeId: string;
  /**
   * EventBridge's `time`: when it accepted the event, unless the publisher set it. It is part of keys, and the retry
   * horizon starts here.
   */
  readonly acceptedAt: string;
  /** The callback's body, serialized once. The same bytes are signed, sent, stored and replayed. */
  readonly body: string;
  /** SHA-256 of the body, in hex. It tells a repeated publication from a different event with the same id. */
  readonly bodyHash: string;
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

/** Reads the ids of a refused event, as far as they are readable, so that its publisher can find it. Never throws. */
export function identifyEvent(text: string): { readonly eventId?: string; readonly accountId?: string } {
  const { detail } = identifiedSchema.safeParse(parseJson(text)).data ?? {};
  return {
    ...(detail?.id === undefined ? {} : { eventId: detail.id }),
    ...(detail?.accountId === undefined ? {} : { accountId: detail.accountId }),
  };
}

const readableSchema = identifierSchema.optional().catch(undefined);
const identifiedSchema = z.looseObject({
  detail: z.looseObject({ id: readableSchema, accountId: readableSchema }),
});

/** Parses one message of an event queue: an EventBridge envelope as JSON text. Never throws. */
export function parsePublishedEvent(text: string): ParsedEvent {
  const json = parseJson(text);
  if (json === undefined) return rejected('not-json', 'the message is not JSON, or is nested too deep');
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) return rejected('not-an-event', explain(envelope.error));
  const type = eventTypeSchema.safeParse(envelope.data['detail-type']);
  if (!type.success) return rejected('unknown-type', 'detail-type is not in the event catalog');
  const detail = eventDetailSchema.safeParse(envelope.data.detail);
  if (!detail.success) return rejected('invalid-detail', explain(detail.error, 'detail'));
  const data = catalogEntryOf(type.data).data.safeParse(detail.data.data);
  if (!data.success) return rejected('invalid-data', explain(data.error, 'detail.data'));

  const { id, accountId, occurredAt: timestamp } = detail.data;
  // Take the data as published, not as parsed: the schema only checks it and must not reorder, drop or coerce
  // anything.
  const { data: published } = envelope.data.detail as { data: unknown };
  const body = toJsonText({ id, type: type.data, timestamp, accountId, data: published });
  if (body === undefined) return rejected('invalid-data', 'detail.data: is nested too deep');
  if (Buffer.byteLength(body) > maxCallbackBodyBytes) {
    return rejected('too-large', `the callback body is over ${maxCallbackBodyBytes} bytes`);
  }
  return {
    event: {
      id,
      accountId,
      type: type.data,
      envelopeId: envelope.data.id,
      acceptedAt: new Date(envelope.data.time).toISOString(),
      body,
      bodyHash: createHash('sha256').update(body).digest('hex'),
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, keepDigits);
  } catch {
    return undefined;
  }
}

/**
 * Keeps a number as it was written if it has more digits than a double can hold. Channel identifiers of 17 digits are
 * common, and a rounded one identifies somebody else.
 */
function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const { source = '' } = context ?? {};
  return typeof value === 'number' && source.replaceAll(/\D/g, '').length > 15 ? rawJson(source) : value;
}

/** `JSON.rawJSON` is part of ECMAScript 2026, which the compiler's library does not describe yet. */
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

function rejected(reason: RejectionReason, explanation: string): ParsedEvent {
  return { rejection: { reason, explanation } };
}
