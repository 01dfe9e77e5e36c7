import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutText } from '../../core/cut-text.ts';

test.each([
  ['x🚚🚚', 2, 'x'],
  ['x🚚🚚', 3, 'x🚚'],
  ['x🚚🚚', 5, 'x🚚🚚'],
  ['🚚', 1, ''],
  ['🚚', 0, ''],
  ['abc', 2, 'ab'],
  ['abc', 9, 'abc'],
])('%j is cut to %i units as %j', (text, length, cut) => {
  expect(cutText(text, length)).toBe(cut);
});

test('what is cut is well-formed, a beginning of the text, and one unit shorter at most', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat({ max: 20 }), (text, length) => {
      const cut = cutText(text, length);
      expect(cut.isWellFormed()).toBe(true);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut.length).toBeGreaterThanOrEqual(Math.min(length, text.length) - 1);
      expect(cut.length).toBeLessThanOrEqual(length);
    }),
  );
});
