import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hasEscapes, readingsOf } from '../../../core/receivers/spelled-text.ts';

/** Mostly what escapes are made of. */
const text = fc.string({
  unit: fc.constantFrom(...'% \\ & # ; x u { } 0 a A 4 amp + ='.split(' ')),
  maxLength: 12,
});

test('a text that is said to have no escapes reads only as it is written', () => {
  const withoutEscapes = fc.oneof(text, fc.string()).filter((each) => !hasEscapes(each));
  fc.assert(
    fc.property(withoutEscapes, (each) => {
      expect(readingsOf(each).map((reading) => reading.text)).toEqual([each]);
    }),
    { numRuns: 2_000 },
  );
});

test.each(['%41', String.raw`\x41`, String.raw`\"`, '&#65;', '&amp;', 'ab%4'])('%s has an escape', (each) => {
  expect(hasEscapes(each)).toBe(true);
  expect(readingsOf(each).length).toBeGreaterThan(1);
});
