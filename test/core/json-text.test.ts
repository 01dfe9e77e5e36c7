import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isNumberText, parseKeepingNumbers, toJsonText, toNumberText } from '../../core/json-text.ts';

describe('JSON for a queue', () => {
  test.each([
    ['\uFFFE', '"\\ufffe"'],
    ['\uFFFF', '"\\uffff"'],
    ['a\uFFFFb\uFFFEc\uFFFF', '"a\\uffffb\\ufffec\\uffff"'],
    ['\uFFFD', '"\uFFFD"'],
    ['ação 🚚', '"ação 🚚"'],
  ])('writes %j so that SQS takes it', (text, json) => {
    expect(toJsonText(text)).toBe(json);
  });

  test('is read back as it was, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = toJsonText({ [text]: text }) ?? '';
        expect(json).not.toMatch(/[\uFFFE\uFFFF]/);
        expect(JSON.parse(json)).toEqual({ [text]: text });
      }),
    );
  });

  test('is none for what JSON cannot hold', () => {
    const cycle: Record<string, unknown> = {};
    cycle['itself'] = cycle;

    expect([cycle, 1n, undefined].map(toJsonText)).toEqual([undefined, undefined, undefined]);
  });
});

test.each(['1234567890123456789', '0.10', '1E5', '-0', '[1.0,{"a":2.50}]'])(
  'the number in %s is written as it was read',
  (json) => {
    expect(JSON.stringify(parseKeepingNumbers(json))).toBe(json);
  },
);

test.each([
  '[ 1.50 ]',
  '{ "a" : 1e3 }',
  '[0,-0]',
  '{"a":-0,"b":1}',
  '[1234567890123456 ]',
  '[-1234567890123456]',
  '{"a":[[\n84.0\n]]}',
  ' 1.0 ',
  '{"at":"16:55:00.000Z","text":"[1.0]","n":12345}',
])('so are the numbers in %j, whatever stands around them', (json) => {
  expect(JSON.stringify(parseKeepingNumbers(json))).toBe(json.replaceAll(/\s/g, ''));
});

test('numbers alone are kept as texts', () => {
  expect(isNumberText(parseKeepingNumbers('1.0'))).toBe(true);
  expect(isNumberText(toNumberText('1.0'))).toBe(true);
  expect(parseKeepingNumbers('["1.0",true,null]')).toEqual(['1.0', true, null]);
});

test.each(['', '{', '01', 'NaN'])('%j is no JSON', (text) => {
  expect(() => parseKeepingNumbers(text)).toThrow(SyntaxError);
});
