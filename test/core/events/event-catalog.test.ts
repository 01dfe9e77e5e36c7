import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import {
  catalogEntryOf,
  eventCatalog,
  eventTypeSchema,
  eventTypes,
} from '../../../core/events/event-catalog.ts';
import { actorSchema, ticketSchema } from '../../../core/events/ticket.ts';
import { identifierSchema, slugSchema, timestampSchema } from '../../../core/identifiers.ts';
import { explain } from '../../../core/zod-issues.ts';

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

  test.each(eventCatalog)('$type: every field of the example is required, but the correlation', (entry) => {
    const { data, example } = entry;
    for (const field of Object.keys(example)) {
      const { [field]: _, ...rest } = example as Record<string, unknown>;
      const path = field === 'correlation' ? undefined : [field];
      expect(data.safeParse(rest).error?.issues[0]?.path).toEqual(path);
    }
  });

  test.each(eventCatalog)(
    '$type: an event without the optional fields is taken, as it always was',
    (entry) => {
      const old = without(entry.example, optionalNames(z.toJSONSchema(entry.data, { io: 'input' })));

      expect(writtenBy(entry.data.parse(old))).toEqual(old);
      expect(JSON.stringify(old)).not.toMatch(/inbox|customFields|conversationId|correlation|clientId/);
    },
  );

  test('shows every optional field in some example', () => {
    const shown = JSON.stringify(eventCatalog.map(({ example }) => example));
    const schemas = eventCatalog.map(({ data }) => z.toJSONSchema(data, { io: 'input' }));
    const names = new Set(
      schemas.flatMap((schema) => optionalNames(schema)).map((path) => path.split('.').at(-1)),
    );

    expect(names).toEqual(
      new Set([
        'clientId',
        'conversationId',
        'correlation',
        'customFields',
        'emails',
        'externalIds',
        'inbox',
        'phones',
      ]),
    );
    expect([...names].filter((name) => !shown.includes(`"${name}":`))).toEqual([]);
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
  const [created, resolved, tagged, reopened, customer] = eventCatalog;
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
    [customer, 'customer.customFields', {}],
    [created, 'ticket.customer.phones', []],
    [created, 'ticket.customer.emails', ['a@example.com', 'b@example.com']],
    [created, 'ticket.customer.externalIds', { crm: '7', erp: '8' }],
    [created, 'ticket.inbox', { id: 'inb_1', name: 'Support' }],
    [created, 'ticket.conversationId', 'cnv_1'],
    [created, 'ticket.customFields', { a: 'x', b: 1.5, c: true, d: null, e: ['x', 'y'], f: [], g: '', h: 0 }],
    [tagged, 'actor.clientId', 'cli_1'],
    [customer, 'correlation', { id: 'act_1', index: 1, count: 1 }],
    [customer, 'correlation', { id: 'act_1', index: 3, count: 3 }],
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

  test.each<[(typeof eventCatalog)[number], string, unknown, string]>([
    [created, 'ticket.customer.phones', '+5511987654321', ''],
    [created, 'ticket.customer.phones', [5511987654321], '.0'],
    [created, 'ticket.customer.phones', null, ''],
    [created, 'ticket.customer.emails', [null], '.0'],
    [created, 'ticket.customer.externalIds', { crm: 5 }, '.crm'],
    [created, 'ticket.customer.externalIds', ['5'], ''],
    [created, 'ticket.inbox', 'inb_1', ''],
    [created, 'ticket.inbox', { id: 'inb_1' }, '.name'],
    [created, 'ticket.inbox', { id: 1, name: 'Support' }, '.id'],
    [created, 'ticket.conversationId', 7, ''],
    [created, 'ticket.customFields', ['x'], ''],
    [created, 'ticket.customFields', { 'order number': { value: 'x' } }, '.order number'],
    [created, 'ticket.customFields', { sizes: ['x', 5] }, '.sizes'],
    [customer, 'customer.customFields', { sizes: [['x']] }, '.sizes'],
    [tagged, 'actor.clientId', 7, ''],
    [tagged, 'actor.clientId', null, ''],
    [created, 'correlation', 'act_1', ''],
    [created, 'correlation', { index: 1, count: 1 }, '.id'],
    [created, 'correlation', { id: 'act_1', index: 0, count: 1 }, '.index'],
    [created, 'correlation', { id: 'act_1', index: 1.5, count: 2 }, '.index'],
    [created, 'correlation', { id: 'act_1', index: 3, count: 2 }, '.index'],
    [customer, 'correlation', { id: 'act_1', index: 1 }, '.count'],
    [customer, 'correlation', { id: 'act_1', index: 1, count: '2' }, '.count'],
  ])('refuses of $type, as %s, %j, and names the field', ({ data, example }, path, value, within) => {
    const { error } = data.safeParse(setAt(example, path.split('.'), value));

    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path + within]);
  });

  test('says what a custom field may be', () => {
    const { error } = created.data.safeParse(
      setAt(created.example, ['ticket', 'customFields', 'order'], { value: 'x' }),
    );

    expect(error && explain(error, 'data')).toBe(
      'data.ticket.customFields.order: must be a string, a number, true, false, null or an array of strings',
    );
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

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The paths of the fields that may be left out, such as `ticket.inbox`. */
function optionalNames(schema: JsonSchema, parent = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    schema.required?.includes(name)
      ? optionalNames(property as JsonSchema, `${parent}${name}.`)
      : [parent + name],
  );
}

function without(value: object, paths: readonly string[]): object {
  const fields = Object.entries(value).flatMap(([name, field]) => {
    if (paths.includes(name)) return [];
    const below = paths
      .filter((path) => path.startsWith(`${name}.`))
      .map((path) => path.slice(name.length + 1));
    return [[name, below.length > 0 ? without(field as object, below) : field]];
  });
  return Object.fromEntries(fields);
}

const accountsOwn = ['externalIds', 'customFields'];

/** The same value with a further field in every object of the catalog's; maps of the account's own stay as they are. */
function deepExtend(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => deepExtend(item));
  if (typeof value !== 'object' || value === null || accountsOwn.includes(name)) return value;
  const fields = Object.entries(value).map(([key, field]) => [key, deepExtend(field, key)]);
  return { ...Object.fromEntries(fields), addedLater: { by: 'the helpdesk' } };
}
