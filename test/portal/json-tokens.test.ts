import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { prettyJson, tokenizeJson } from '../../portal/design/json-tokens.ts';

describe('JSON as it is shown', () => {
  test('has line ends and indents', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const shown = prettyJson(JSON.stringify(value));
        const isNested = typeof value === 'object' && value !== null;
        expect(shown).toBe(JSON.stringify(value, null, isNested ? 2 : 0));
      }),
    );
  });

  test('says what was sent: no number is rounded, and no name is left out', () => {
    expect(prettyJson('{"id":12345678901234567890,"price":1.0, "a":1,"a":"\\u00e9"}')).toBe(
      '{\n  "id": 12345678901234567890,\n  "price": 1.0,\n  "a": 1,\n  "a": "\\u00e9"\n}',
    );
  });

  test('a deep nesting does not become much longer than it was', () => {
    const text = `${'['.repeat(4_000)}${']'.repeat(4_000)}`;
    expect(prettyJson(text).length).toBeLessThan(50 * text.length);
  });

  test('what is no JSON is left as it is', () => {
    for (const text of ['{"a":', '[<b>1</b>]', '<html>', '']) expect(prettyJson(text)).toBe(text);
  });

  test('its pieces are the whole text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(
          tokenizeJson(text)
            .map((token) => token.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });
});
