import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eventCatalog, eventTypes } from '../../../core/events/event-catalog.ts';
import {
  maxCallbackBodyBytes,
  type ParsedEvent,
  parsePublishedEvent,
} from '../../../core/events/published-event.ts';
import { acceptedAt, type EnvelopeParts, envelope, publishedEvent } from '../../support/builders.ts';
import { exampleData } from '../../support/journey-data.ts';

const [entry] = eventCatalog;

function parse(text: string): ParsedEvent {
  return parsePublishedEvent(text, new Date(acceptedAt));
}

function rejectionOf(text: string) {
  const parsed = parse(text);
  if ('event' in parsed) throw new Error('the event was taken');
  return parsed.rejection;
}

/** An envelope with the value at that path replaced; `undefined` removes it. */
function envelopeWith(path: readonly string[], value: unknown): string {
  const json = JSON.parse(envelope());
  let parent = json;
  for (const name of path.slice(0, -1)) parent = parent[name];
  parent[path.at(-1) ?? ''] = value;
  return JSON.stringify(json);
}

/** Like `envelope`, with an event whose callback body has exactly that size. */
function envelopeOfBodySize(bytes: number): string {
  const withNote = (note: string): EnvelopeParts => ({ detail: { data: { ...entry.example, note } } });
  const empty = Buffer.byteLength(publishedEvent(withNote('')).body);
  return envelope(withNote('x'.repeat(bytes - empty)));
}

describe('what is taken', () => {
  test.each(eventTypes)('%s: the body holds the data byte for byte', (type) => {
    const { body } = publishedEvent({ type, detail: { id: 'evt_9', accountId: 'acc_9' } });

    expect(body).toBe(
      `{"id":"evt_9","type":"${type}","timestamp":"2026-11-23T16:55:00.000Z","accountId":"acc_9","data":${JSON.stringify(exampleData(type))}}`,
    );
  });

  test('any order and any further fields of the data stay as they were published', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (extra, extraFirst) => {
        // A field of the name "__proto__" is not carried over.
        fc.pre(!JSON.stringify(extra).includes('__proto__'));
        const data = extraFirst
          ? { ...extra, ...entry.example }
          : { ...entry.example, ...extra, ...entry.example };
        expect(publishedEvent({ detail: { data } }).body.endsWith(`"data":${JSON.stringify(data)}}`)).toBe(
          true,
        );
      }),
    );
  });

  test.each(['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 'now', 1795452900, undefined])(
    'the envelope says which publication it is; its time, here %s, decides nothing',
    (time) => {
      const text = envelopeWith(['time'], time);

      expect(parse(text)).toMatchObject({
        event: {
          id: 'evt_1',
          accountId: 'acc_1',
          type: entry.type,
          envelopeId: JSON.parse(text).id,
          acceptedAt: '2026-11-23T16:55:01.000Z',
        },
      });
    },
  );

  test('fields that the helpdesk adds to the detail do not reach the callback', () => {
    expect(publishedEvent({ detail: { traceId: 'trace-1' } }).body).not.toContain('trace');
  });

  test('a body of exactly 256 KiB is taken, one byte more is not', () => {
    const parsed = parse(envelopeOfBodySize(maxCallbackBodyBytes));

    expect('event' in parsed && Buffer.byteLength(parsed.event.body)).toBe(262_144);
    expect(rejectionOf(envelopeOfBodySize(maxCallbackBodyBytes + 1)).reason).toBe('too-large');
  });

  test('the size counts bytes, not characters', () => {
    const note = '€'.repeat(maxCallbackBodyBytes / 2);

    expect(rejectionOf(envelope({ detail: { data: { ...entry.example, note } } })).reason).toBe('too-large');
  });
});

describe('what is rejected', () => {
  test.each([
    ['nothing', '', 'not-json', 'JSON'],
    ['half a message', envelope().slice(0, -1), 'not-json', 'JSON'],
    ['a string', '"x"', 'not-an-event', 'value: '],
    ['null', 'null', 'not-an-event', 'value: '],
    ['a list', '[]', 'not-an-event', 'value: '],
    ['no envelope id', envelopeWith(['id'], undefined), 'not-an-event', 'id: '],
    ['no type', envelopeWith(['detail-type'], undefined), 'not-an-event', 'detail-type: '],
    ['an unknown type', envelopeWith(['detail-type'], 'ticket.exploded'), 'unknown-type', 'detail-type '],
    ['no detail', envelopeWith(['detail'], undefined), 'not-an-event', 'detail: '],
    ['a detail that is none', envelopeWith(['detail'], 'x'), 'invalid-detail', 'detail: '],
    ['no account', envelopeWith(['detail', 'accountId'], undefined), 'invalid-detail', 'detail.accountId: '],
    [
      'an account with #',
      envelopeWith(['detail', 'accountId'], 'a#b'),
      'invalid-detail',
      'detail.accountId: must be 1 to 64',
    ],
    ['no event id', envelopeWith(['detail', 'id'], ''), 'invalid-detail', 'detail.id: must be 1 to 64'],
    [
      'a local time',
      envelopeWith(['detail', 'occurredAt'], '2026-11-23T16:55:00'),
      'invalid-detail',
      'detail.occurredAt: must be an ISO 8601',
    ],
    ['no data', envelopeWith(['detail', 'data'], undefined), 'invalid-detail', 'detail.data: '],
    ['a list for data', envelopeWith(['detail', 'data'], []), 'invalid-detail', 'detail.data: '],
    [
      'data without a ticket',
      envelopeWith(['detail', 'data', 'ticket'], undefined),
      'invalid-data',
      'detail.data.ticket: ',
    ],
    [
      'an unknown status',
      envelopeWith(['detail', 'data', 'ticket', 'status'], 'exploded'),
      'invalid-data',
      'detail.data.ticket.status: ',
    ],
    [
      'data of another type',
      envelope({ detail: { data: eventCatalog[4].example } }),
      'invalid-data',
      'detail.data.ticket: ',
    ],
  ])('%s', (_, text, reason, explanation) => {
    const rejection = rejectionOf(text);

    expect(rejection.reason).toBe(reason);
    expect(rejection.explanation).toContain(explanation);
  });

  test('at most five faults are explained', () => {
    expect(
      rejectionOf(envelope({ detail: { data: { ticket: {}, actor: {} } } })).explanation.split('; '),
    ).toHaveLength(5);
  });
});

describe('whatever arrives', () => {
  const parts = fc.record({
    type: fc.constantFrom<string>(...eventTypes, 'ticket.exploded'),
    detail: fc.dictionary(fc.constantFrom('id', 'accountId', 'occurredAt', 'data', 'more'), fc.jsonValue()),
  });

  test('no text and no JSON makes it throw', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      parts.map(envelope),
      fc
        .tuple(fc.constantFrom('id', 'time', 'detail-type', 'detail'), fc.jsonValue())
        .map(([name, value]) => envelopeWith([name], value)),
    );
    fc.assert(
      fc.property(text, (message) => {
        expect(Object.keys(parse(message))).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });

  test('a key that JavaScript gives a meaning stays', () => {
    const text = envelope().replace('"data":{', '"data":{"extra":{"__proto__":{"a":1}},');
    const parsed = parse(text);
    expect('event' in parsed && parsed.event.body).toContain('"extra":{"__proto__":{"a":1}}');
  });

  test('characters that SQS refuses are escaped in the body, which says the same', () => {
    const parsed = parse(
      envelope({ detail: { data: { ...eventCatalog[0].example, text: 'a\uFFFE\uFFFF' } } }),
    );
    const body = 'event' in parsed ? parsed.event.body : '';
    expect(body).toContain('"text":"a\\ufffe\\uffff"');
    expect(JSON.parse(body)).toMatchObject({ data: { text: 'a\uFFFE\uFFFF' } });
  });

  test('no depth makes it throw', () => {
    const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const text = envelope({ detail: { data: { ...entry.example, nested: 0 } } }).replace(
      '"nested":0',
      `"nested":${nested}`,
    );

    expect(() => parse(text)).not.toThrow();
  });

  test('an explanation never holds a value', () => {
    const secret = 'PLANTED-5531';
    const values = fc.constantFrom(secret, [secret], { [`x`]: secret }, `${secret}@example.com`);
    const paths = fc.constantFrom(
      ['time'],
      ['detail-type'],
      ['detail'],
      ['detail', 'id'],
      ['detail', 'occurredAt'],
      ['detail', 'data'],
      ['detail', 'data', 'ticket'],
      ['detail', 'data', 'ticket', 'number'],
      ['detail', 'data', 'ticket', 'status'],
      ['detail', 'data', 'ticket', 'url'],
      ['detail', 'data', 'ticket', 'channel'],
      ['detail', 'data', 'ticket', 'createdAt'],
      ['detail', 'data', 'ticket', 'tags'],
      ['detail', 'data', 'actor', 'type'],
      ['detail', 'data', 'message', 'attachments'],
    );
    fc.assert(
      fc.property(paths, values, (path, value) => {
        const parsed = parse(envelopeWith(path, value));
        expect(JSON.stringify('rejection' in parsed ? parsed.rejection : {})).not.toContain(secret);
      }),
    );
  });
});
