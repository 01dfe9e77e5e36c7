import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keptAttempt } from '../../../core/deliveries/kept-attempt.ts';
import { attempt } from '../../support/builders.ts';

const success = { kind: 'success', status: 200, durationMs: 12 } as const;
const failure = { kind: 'failure', reason: 'status', status: 500, durationMs: 12 } as const;

/** What is kept of the answer. */
function excerptOf(outcome: typeof success | typeof failure, responseExcerpt: string): string | undefined {
  return keptAttempt(attempt({ outcome: { ...outcome, responseExcerpt } })).outcome.responseExcerpt;
}

describe.each([
  ['a success', success, 256],
  ['a failure', failure, 512],
] as const)('of the answer to %s', (_, outcome, maxBytes) => {
  test(`${maxBytes} bytes are kept`, () => {
    expect(excerptOf(outcome, 'x'.repeat(maxBytes))).toBe('x'.repeat(maxBytes));
    expect(excerptOf(outcome, 'x'.repeat(maxBytes + 1))).toBe('x'.repeat(maxBytes));
  });

  test('the beginning is kept, never more bytes, and never a part of a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 700 }), (text) => {
        const kept = excerptOf(outcome, text) ?? '';
        expect(text.startsWith(kept)).toBe(true);
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(maxBytes);
        expect(kept.isWellFormed()).toBe(true);
        const isAll = kept === text;
        // A character has four bytes at most.
        expect(isAll || Buffer.byteLength(kept) > maxBytes - 4).toBe(true);
      }),
    );
  });

  test('nothing is kept of an empty one', () => {
    expect(keptAttempt(attempt({ outcome: { ...outcome, responseExcerpt: '' } })).outcome).toEqual(outcome);
  });

  test('all else is kept', () => {
    const whole = attempt({ outcome: { ...outcome, remoteAddress: '192.0.2.7', responseExcerpt: 'thanks' } });
    expect(keptAttempt(whole)).toEqual(whole);
  });
});
