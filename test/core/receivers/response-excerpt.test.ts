import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { excerptResponse, mask } from '../../../core/receivers/response-excerpt.ts';

const secret = 'Bearer s3cr/t "quoted" & <more>';

function excerpt(text: string, ...confidential: string[]): string {
  return excerptResponse(Buffer.from(text), confidential);
}

/** Without asterisks: with those, a mask and what stands beside it could be read as a value. */
const plainValue = fc
  .string({ unit: 'grapheme-ascii', minLength: 4, maxLength: 30 })
  .filter((text) => !text.includes('*'));

describe('the excerpt of a response', () => {
  test('is its text where nothing is confidential', () => {
    expect(excerpt('no such column: "ação"')).toBe('no such column: "ação"');
  });

  test.each([
    ['plain', secret],
    ['as JSON', JSON.stringify(secret).slice(1, -1)],
    ['as JSON that escapes slashes too', JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
    ['as HTML', 'Bearer s3cr/t &quot;quoted&quot; &amp; &lt;more&gt;'],
    ['as a URL', encodeURIComponent(secret)],
    ['as a URL in lower case', encodeURIComponent(secret).replaceAll(/%../g, (byte) => byte.toLowerCase())],
  ])('masks a value that comes back %s, wherever it stands', (_, echoed) => {
    expect(excerpt(`got ${echoed}, and ${echoed}!`, secret)).toBe(`got ${mask}, and ${mask}!`);
  });

  test('masks the token of a value that comes back without its scheme', () => {
    expect(excerpt('token 0123456789 is unknown', 'Bearer 0123456789')).toBe(`token ${mask} is unknown`);
  });

  test('masks what Basic credentials wrap, whole and the password alone', () => {
    const basic = `Basic ${Buffer.from('crm:pa55word!').toString('base64')}`;

    expect(excerpt('crm:pa55word! is not pa55word!, nor pa55word', basic)).toBe(
      `${mask} is not ${mask}, nor ${mask}`,
    );
  });

  test('masks all values, the longer one whole where the shorter one is a part of it', () => {
    expect(excerpt('abcdefgh abcd', 'abcd', 'abcdefgh')).toBe(`${mask} ${mask}`);
  });

  test('masks the beginning of a value where it ends', () => {
    expect(excerpt('you sent 01234', '0123456789')).toBe(`you sent ${mask}`);
  });

  test('masks the beginning of a value that is cut off within an escape', () => {
    expect(excerpt('{"you":"say \\', 'say "please"')).toBe(`{"you":"${mask}`);
  });

  test('leaves alone what is too short to be a secret', () => {
    expect(excerpt('1 of 123 is 1', '1', '123')).toBe('1 of 123 is 1');
    expect(excerpt('Bearer of bad news', 'Bearer 0123456789')).toBe('Bearer of bad news');
  });

  test('takes values for text, not for patterns', () => {
    expect(excerpt('aaaa $&$& .*.*', '.*.*', '$&$&')).toBe(`aaaa ${mask} ${mask}`);
  });

  test('holds no value in plain form, whatever surrounds it and wherever it is cut off', () => {
    const cases = fc.array(plainValue, { minLength: 1, maxLength: 4 }).chain((values) =>
      fc.record({
        values: fc.constant(values),
        parts: fc.array(fc.oneof(fc.constantFrom(...values), fc.string({ maxLength: 6 })), { maxLength: 12 }),
        length: fc.nat({ max: 200 }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ values, parts, length }) => {
        const shown = excerptResponse(Buffer.from(parts.join('')).subarray(0, length), values);
        expect(values.filter((text) => shown.includes(text))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is masked from the beginning of a value to its end, however little is missing of it', () => {
    fc.assert(
      fc.property(plainValue, fc.integer({ min: 4, max: 30 }), (text, length) => {
        expect(excerpt(`\n${text.slice(0, length)}`, text)).toBe(`\n${mask}`);
      }),
      { numRuns: 2_000 },
    );
  });

  test('does not grow by its masks, whatever is masked', () => {
    const values = ['****', '*****', '******', '*******', 'xxxx'];

    expect(excerpt('*x'.repeat(2_048), ...values).length).toBeLessThanOrEqual(8_192);
    expect(excerpt('*'.repeat(4_096), ...values).length).toBeLessThanOrEqual(8_192);
    expect(excerpt('x'.repeat(4_096), ...values).length).toBeLessThanOrEqual(8_192);
  });
});
