import { describe, expect, test } from '@jest/globals';
import type * as z from 'zod';
import {
  catalogEntryOf,
  eventCatalog,
  eventTypeSchema,
  eventTypes,
} from '../../../core/events/event-catalog.ts';
import { actorSchema, ticketSchema } from '../../../core/events/ticket.ts';
import { identifierSchema, slugSchema, timestampSchema } from '../../../core/identifiers.ts';

describe('the event catalog', () => {
  test('holds the five events by the names that iOmniHub uses', () => {
    expect(eventCatalog.map(({ name, type }) => [name, type])).toEqual([
      ['Ticket Create', 'ticket.created'],
      ['Ticket Resolve', 'ticket.resolved'],
      ['Ticket Tag', 'ticket.tagged'],
      ['Ticket Reopen', 'ticket.reopened'],
      ['Customer Create', 'customer.created'],
    ]);
  });

  test.each(eventCatalog)('$type: the example passes its own schema unchanged', ({ data, example }) => {
    expect(writtenBy(data.parse(example))).toEqual(example);
  });

  test.each(eventCatalog)('$type: fields that the catalog does not know pass, at every depth', (entry) => {
    const extended = deepExtend(entry.example);

    expect(writtenBy(entry.data.parse(extended))).toEqual(extended);
  });

  test.each(eventCatalog)('$type: every field of the example is required', ({ data, example }) => {
    for (const field of Object.keys(example)) {
      const { [field]: _, ...rest } = example as Record<string, unknown>;
      expect(data.safeParse(rest).error?.issues[0]?.path).toEqual([field]);
    }
  });

  test('finds an entry by its identifier, and throws for what has none', () => {
    expect(eventTypes.map((type) => catalogEntryOf(type).type)).toEqual(eventTypes);
    expect(() => catalogEntryOf('ticket.exploded' as (typeof eventTypes)[0])).toThrow('not in the catalog');
  });

  test.each(['', 'Ticket Create', 'ticket.Created', 'ticket.created ', null, 1])('%j is no type', (text) => {
    expect(eventTypeSchema.safeParse(text).success).toBe(false);
  });
});

/** A value that the schema does not take costs an event, and one that it should not take reaches receivers. */
describe('a field with a closed list takes its values and no other:', () => {
  test.each<[name: string, schema: z.ZodType, values: readonly string[]]>([
    ['who caused an event', actorSchema.shape.type, ['agent', 'customer', 'automation', 'api']],
    ['the status', ticketSchema.shape.status, ['open', 'pending', 'on_hold', 'resolved', 'closed']],
    ['the priority', ticketSchema.shape.priority, ['low', 'normal', 'high', 'urgent']],
  ])('%s', (_, schema, values) => {
    expect(values.filter((value) => !schema.safeParse(value).success)).toEqual([]);
    expect((schema as z.ZodEnum).options).toEqual(values);
    expect(schema.safeParse('made_up').success).toBe(false);
  });
});

/** Each change is laid over the example of the type, at its path. */
describe('the catalog', () => {
  const [created, resolved, , reopened, customer] = eventCatalog;
  const takes = ({ data, example }: (typeof eventCatalog)[number], path: string, value: unknown): boolean =>
    data.safeParse(setAt(example, path.split('.'), value)).success;

  test.each<[(typeof eventCatalog)[number], string, unknown]>([
    [created, 'ticket.number', 1],
    [created, 'ticket.subject', 'Where is it?'],
    [created, 'ticket.subject', null],
    [created, 'ticket.assignee', null],
    [created, 'ticket.assignee', { id: 'a', name: 'b', team: null }],
    [created, 'ticket.customer.name', null],
    [created, 'ticket.customer.handle', null],
    [created, 'ticket.tags', []],
    [created, 'ticket.channel', 'carrier_pigeon'],
    [created, 'actor.id', null],
    [created, 'actor.name', null],
    [created, 'message', null],
    [created, 'message.text', null],
    [
      created,
      'message.attachments',
      [{ url: 'https://a.example/x', contentType: 'image/png', sizeBytes: 0 }],
    ],
    [resolved, 'resolution.code', null],
    [resolved, 'resolution.note', null],
    [resolved, 'resolution.timeToFirstReplySeconds', null],
    [resolved, 'resolution.timeToFirstReplySeconds', 0],
    [resolved, 'resolution.timeToResolutionSeconds', 0],
    [resolved, 'resolution.reopenCount', 0],
    [reopened, 'reopening.reopenCount', 1],
    [reopened, 'message', null],
    [customer, 'customer.name', null],
    [customer, 'customer.locale', null],
    [customer, 'customer.externalIds', {}],
    [customer, 'customer.phones', []],
  ])('takes of $type, as %s, %j', (entry, path, value) => {
    expect(takes(entry, path, value)).toBe(true);
  });

  test.each<[(typeof eventCatalog)[number], string, unknown]>([
    [created, 'ticket.number', 0],
    [created, 'ticket.number', 1.5],
    [created, 'ticket.id', 7],
    [created, 'ticket.status', 'reopened'],
    [created, 'ticket.url', 'app'],
    [created, 'ticket.channel', 'WhatsApp'],
    [created, 'ticket.tags', 'order'],
    [created, 'ticket.createdAt', 'today'],
    [created, 'message.sentAt', null],
    [
      created,
      'message.attachments',
      [{ url: 'https://a.example/x', contentType: 'image/png', sizeBytes: -1 }],
    ],
    [resolved, 'resolution.timeToFirstReplySeconds', -1],
    [resolved, 'resolution.timeToResolutionSeconds', null],
    [resolved, 'resolution.reopenCount', -1],
    [resolved, 'resolution.reopenCount', 0.5],
    [reopened, 'reopening.reopenCount', 0],
    [reopened, 'reopening.reason', null],
    [customer, 'customer.emails', null],
    [customer, 'customer.externalIds', { crm: 5 }],
  ])('does not take of $type, as %s, %j', (entry, path, value) => {
    expect(takes(entry, path, value)).toBe(false);
  });
});

describe('identifiers', () => {
  test.each(['a', 'evt_1', 'A-Z_09', 'x'.repeat(64)])('%j is one', (text) => {
    expect(identifierSchema.parse(text)).toBe(text);
  });

  // Those that would reach out of a key, a URL or a line.
  test.each(['', 'x'.repeat(65), 'a#b', 'a/b', 'a b', 'a\n', '\na', 'ä', 'a.b', 7, null])(
    '%j is none',
    (text) => {
      expect(identifierSchema.safeParse(text).success).toBe(false);
    },
  );

  test.each(['2026-11-23T16:55:00Z', '2026-11-23T16:55:00.123456Z'])('%s is a timestamp', (text) => {
    expect(timestampSchema.parse(text)).toBe(text);
  });

  test.each([
    '2026-11-23',
    '2026-11-23T16:55:00',
    '2026-11-23T16:55:00+01:00',
    '2026-02-30T00:00:00Z',
    1795452900,
  ])('%s is no timestamp', (text) => {
    expect(timestampSchema.safeParse(text).success).toBe(false);
  });

  test('a slug is lower-case', () => {
    expect(
      ['whatsapp', 'sms-2', 'on_hold', 'WhatsApp', '2fa', ''].map(
        (text) => slugSchema.safeParse(text).success,
      ),
    ).toEqual([true, true, true, false, false, false]);
  });
});

function setAt(target: object, [name = '', ...rest]: readonly string[], value: unknown): object {
  const part = (target as Readonly<Record<string, unknown>>)[name];
  return { ...target, [name]: rest.length === 0 ? value : setAt(part as object, rest, value) };
}

/** The same as JSON shows it. */
function writtenBy(read: unknown): unknown {
  return JSON.parse(JSON.stringify(read));
}

/** The same value with a further field in every object of the catalog's; maps of the account's own stay as they are. */
function deepExtend(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => deepExtend(item));
  if (typeof value !== 'object' || value === null || name === 'externalIds') return value;
  const fields = Object.entries(value).map(([key, field]) => [key, deepExtend(field, key)]);
  return { ...Object.fromEntries(fields), addedLater: { by: 'the helpdesk' } };
}
