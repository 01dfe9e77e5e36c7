import { describe, expect, test } from '@jest/globals';
import {
  catalogEntryOf,
  eventCatalog,
  eventTypeSchema,
  eventTypes,
} from '../../../core/events/event-catalog.ts';
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
