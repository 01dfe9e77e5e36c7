import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isAskedFor, keptInItem, keptInRow } from '../../../core/deliveries/kept-attempt.ts';
import { attempt, claimedDelivery, deliveryRef } from '../../support/builders.ts';

const success = { kind: 'success', status: 200, durationMs: 12 } as const;
const failure = { kind: 'failure', reason: 'status', status: 500, durationMs: 12 } as const;

describe.each([
  ['in a row, of the answer to a success', success, keptInRow, 256],
  ['in an item, of the answer to a success', success, keptInItem, 512],
  ['in an item, of the answer to a failure', failure, keptInItem, 512],
] as const)('%s', (_, outcome, keep, maxBytes) => {
  const excerptOf = (responseExcerpt: string) =>
    keep(attempt({ outcome: { ...outcome, responseExcerpt } })).outcome.responseExcerpt;

  test(`${maxBytes} bytes are kept`, () => {
    expect(excerptOf('x'.repeat(maxBytes))).toBe('x'.repeat(maxBytes));
    expect(excerptOf('x'.repeat(maxBytes + 1))).toBe('x'.repeat(maxBytes));
  });

  test('the beginning is kept, never more bytes, and never a part of a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 700 }), (text) => {
        const kept = excerptOf(text) ?? '';
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
    expect(keep(attempt({ outcome: { ...outcome, responseExcerpt: '' } })).outcome).toEqual(outcome);
  });

  test('all else is kept', () => {
    const whole = attempt({ outcome: { ...outcome, remoteAddress: '192.0.2.7', responseExcerpt: 'thanks' } });
    expect(keep(whole)).toEqual(whole);
  });
});

test('16 KiB are kept of an answer that somebody has asked for', () => {
  const text = 'x'.repeat(16 * 1024);
  const { sent } = attempt();
  const keep = (responseExcerpt: string) =>
    keptInItem(attempt({ sent: { ...sent, isAskedFor: true }, outcome: { ...success, responseExcerpt } }))
      .outcome.responseExcerpt;

  expect(keep(text)).toBe(text);
  expect(keep(`${text}x`)).toBe(text);
});

describe('somebody waits for the answer', () => {
  const message = { ...deliveryRef(), version: 1, recheck: false };
  const restarted = { at: '2026-11-23T17:00:00.000Z', attemptCount: 3 };

  test.each([
    ['to a test', { message, claimed: claimedDelivery({ attemptCount: 4 }) }, true, true],
    [
      'to what was sent again',
      { message, claimed: claimedDelivery({ attemptCount: 3, restarted }) },
      false,
      true,
    ],
    [
      'to no retry of it',
      { message, claimed: claimedDelivery({ attemptCount: 4, restarted }) },
      false,
      false,
    ],
    ['to no other retry', { message, claimed: claimedDelivery({ attemptCount: 3 }) }, false, false],
    ['to no first attempt', { message, claimed: undefined }, false, false],
  ])('%s', (_, work, isTest, isAsked) => {
    expect(isAskedFor(work, isTest)).toBe(isAsked);
  });
});
