import { expect, test } from '@jest/globals';
import { isFirstAttemptAhead } from '../../../core/deliveries/first-attempt.ts';

const recordedAt = '2026-11-23T17:00:00.000Z';
const minuteMs = 60_000;
const weekMs = 7 * 24 * 60 * minuteMs;

test.each([
  [false, 0, true],
  [false, weekMs, true],
  [false, weekMs + 1, false],
  [true, 0, true],
  [true, minuteMs, true],
  [true, minuteMs + 1, false],
])(
  'of an event (a test: %s) %i ms after it was recorded, the first attempt is ahead: %s',
  (isTest, ageMs, isAhead) => {
    const event = { id: 'evt_1', type: 'ticket.created', acceptedAt: recordedAt, recordedAt, isTest };

    expect(isFirstAttemptAhead(event, new Date(Date.parse(recordedAt) + ageMs))).toBe(isAhead);
  },
);
