import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eventTypes } from '../../../core/events/event-catalog.ts';
import { type PublishedEvent, parsePublishedEvent } from '../../../core/events/published-event.ts';
import { acceptedAt, envelope } from '../../support/builders.ts';
import { jsonTexts, numberTexts, readExactly } from '../../support/exact-json.ts';
import { exampleData } from '../../support/journey-data.ts';

function parse(text: string): PublishedEvent {
  const parsed = parsePublishedEvent(text, new Date(acceptedAt));
  if ('rejection' in parsed) throw new Error(parsed.rejection.explanation);
  return parsed.event;
}

/** An event's text with a further field of the data, written like that. */
function withExtra(text: string): string {
  return envelope().replace('"data":{', `"data":{"extra":${text},`);
}

/** With that text in place of the ticket's number. */
function withNumber(text: string): string {
  return envelope().replace(/"number":\d+/, `"number":${text}`);
}

function contentOf(text: string): string {
  return parse(text).contentHash;
}

describe('what a receiver reads is what was published:', () => {
  test('any characters, keys and numbers, digit by digit', () => {
    fc.assert(
      fc.property(jsonTexts, (extra) => {
        const text = withExtra(extra);
        const { $data } = readExactly(parse(text).body) as { $data: unknown };

        expect($data).toEqual((readExactly(text) as { $detail: { $data: unknown } }).$detail.$data);
      }),
      { numRuns: 500 },
    );
  });

  test('any number, as it was written', () => {
    fc.assert(
      fc.property(numberTexts, (number) => {
        expect(parse(withExtra(`[${number}]`)).body).toContain(`"extra":[${number}],`);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    '2026112900000123',
    '9007199254740991',
    '84.0000000000000000',
    '84.0',
    '8.4E+1',
    '1e15',
    '840e-1',
  ])('a whole number of the catalog that is written %s', (number) => {
    expect(parse(withNumber(number)).body).toContain(`"number":${number},`);
  });

  test.each(['9007199254740993', '1234567890123456789', '1e400', '1e-400', '-0', '-5', '84.5', '"84"'])(
    'or its field is named: %s',
    (number) => {
      expect(parsePublishedEvent(withNumber(number), new Date(acceptedAt))).toEqual({
        rejection: {
          reason: 'invalid-data',
          explanation: expect.stringMatching(/^detail\.data\.ticket\.number: [^;]+$/),
        },
      });
    },
  );

  test('the last of two fields of one name, which is the one that was judged', () => {
    const { body } = parse(withNumber('"none","number":1.0'));

    expect(body.match(/"number":[^,]+/g)).toEqual(['"number":1.0']);
  });
});

describe('times of the catalog', () => {
  test('are passed on in UTC, wherever they stand; other texts stay', () => {
    const example = JSON.stringify(exampleData(eventTypes[0]));
    const text = envelope({ detail: { occurredAt: '2026-11-23T18:55:00.120+02:00' } })
      .replace(example, example.replaceAll(/T16:(5\d:\d\d\.\d+)Z/g, 'T18:$1+0200'))
      .replace('"data":{', '"data":{"extra":"2026-11-23T18:55:00+02:00",');

    const { body } = parse(text);

    expect(text.match(/\+0200"/g)).toHaveLength(3);
    expect(body).toContain('"timestamp":"2026-11-23T16:55:00.120Z"');
    expect(body).toContain(`"data":{"extra":"2026-11-23T18:55:00+02:00",${example.slice(1)}}`);
  });
});

describe('the hash of an event', () => {
  test('does not depend on the publication', () => {
    expect(contentOf(envelope())).toMatch(/^[0-9a-f]{64}$/);
    expect(contentOf(envelope({ envelopeId: 'e-2', time: '2026-11-24T18:00:00Z' }))).toBe(
      contentOf(envelope()),
    );
  });

  const withTime = (text: string) => envelope({ detail: { occurredAt: text } });

  test.each([
    [
      'another order of fields',
      withExtra('{"a":1,"b":[{"c":2,"d":3}]}'),
      withExtra('{"b":[{"d":3,"c":2}],"a":1}'),
    ],
    [
      'fields in another order, one named like a number',
      withExtra('{"x":1,"7":2}'),
      withExtra('{"7":2,"x":1}'),
    ],
    ['white space', withExtra('[1, 2]'), withExtra('[1,2]')],
    ['an escaped character', withExtra('"\\ud83d\\ude00\\u00e9"'), withExtra('"😀é"')],
    ['zeros of a number', withExtra('1.10'), withExtra('1.1')],
    ['an exponent', withExtra('1E5'), withExtra('100000')],
    ['an exponent beyond a double', withExtra('10e399'), withExtra('1e400')],
    [
      'an exponent that is longer than a double',
      withExtra('10e99999999999999999999'),
      withExtra('1e100000000000000000000'),
    ],
    ['a small number', withExtra('0.0010'), withExtra('1e-3')],
    ['a negative zero', withExtra('-0.0e5'), withExtra('0')],
    ['a number of the catalog', withNumber('84.0'), withNumber('84')],
    [
      'a time without its milliseconds',
      withTime('2026-11-23T16:55:00.000Z'),
      withTime('2026-11-23T16:55:00Z'),
    ],
    [
      'a time without its last zeros',
      withTime('2026-11-23T16:55:00.120Z'),
      withTime('2026-11-23T16:55:00.12Z'),
    ],
    ['a time at an offset', withTime('2026-11-23T18:55:00+02:00'), withTime('2026-11-23T16:55:00Z')],
    ['a time of the data', envelope().replaceAll('16:54:58.000Z', '16:54:58Z'), envelope()],
  ])('is the same: %s', (_, one, other) => {
    expect(one).not.toBe(other);
    expect(contentOf(one)).toBe(contentOf(other));
  });

  test.each([
    ['a digit beyond a double', withExtra('9007199254740992'), withExtra('9007199254740993')],
    ['a number beyond the largest double', withExtra('1e400'), withExtra('1e401')],
    ['a number below the smallest double', withExtra('1e-400'), withExtra('0')],
    ['a sign', withExtra('-1'), withExtra('1')],
    ['a number and its text', withExtra('1'), withExtra('"1"')],
    ['a zero in the middle', withExtra('101'), withExtra('11')],
    ['a zero at the end', withExtra('110'), withExtra('11')],
    ['an order of items', withExtra('[1,2]'), withExtra('[2,1]')],
    ['null and nothing', withExtra('{"a":null}'), withExtra('{}')],
    ['a list and an object', withExtra('["a"]'), withExtra('{"0":"a"}')],
    ['a number and an object of the same form', withExtra('1'), withExtra('{"rawJSON":"1"}')],
    ['half a character', withExtra('"\\ud83d"'), withExtra('"\\ufffd"')],
    ['the same letter in another form', withExtra('"é"'), withExtra('"e\u0301"')],
    ['a millisecond', withTime('2026-11-23T16:55:00.001Z'), withTime('2026-11-23T16:55:00Z')],
    [
      'a text that looks like a time',
      withExtra('"2026-11-23T16:55:00.000Z"'),
      withExtra('"2026-11-23T16:55:00Z"'),
    ],
    [
      'a text of the catalog that looks like a time',
      envelope().replace('Marina Duarte', '2026-11-23T16:55:00.0Z'),
      envelope().replace('Marina Duarte', '2026-11-23T16:55:00Z'),
    ],
  ])('is another: %s', (_, one, other) => {
    expect(contentOf(one)).not.toBe(contentOf(other));
  });

  test('is the same for any value in any order', () => {
    fc.assert(
      fc.property(jsonTexts, (extra) => {
        const reversed = JSON.parse(
          withExtra(extra),
          (_name, value: unknown, context?: { source?: string }) => {
            if (typeof value === 'number')
              return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(context?.source ?? '');
            const isObject =
              typeof value === 'object' && value !== null && !Array.isArray(value) && !('rawJSON' in value);
            return isObject ? Object.fromEntries(Object.entries(value).toReversed()) : value;
          },
        );

        expect(contentOf(JSON.stringify(reversed))).toBe(contentOf(withExtra(extra)));
      }),
    );
  });
});

test.each([
  ['zeros in the middle of a number', withExtra(`1${'0'.repeat(200_000)}1`)],
  ['an exponent', withExtra(`1e${'9'.repeat(200_000)}`)],
  [
    'a fraction of a second',
    envelope({ detail: { occurredAt: `2026-11-23T16:55:00.${'0'.repeat(200_000)}1Z` } }),
  ],
])('a long text is read in about the time that its length takes: %s', (_, text) => {
  expect(parse(text).body.length).toBeGreaterThan(200_000);
});
