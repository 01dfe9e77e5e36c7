import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type AttemptContext,
  decideRetry,
  retryScheduleSchema,
  standardRetryScheduleSeconds,
} from '../../../core/deliveries/retry-policy.ts';
import type { DeliveryOutcome } from '../../../core/receivers/delivery-outcome.ts';

const acceptedAt = '2026-11-23T16:55:00.000Z';
const day = 86_400;
const policy = {
  retryScheduleSeconds: standardRetryScheduleSeconds,
  retryHorizonSeconds: 7 * day,
  queueMarginSeconds: 60,
};
const refused: DeliveryOutcome = { kind: 'failure', reason: 'connection-refused', durationMs: 3 };

function overloaded(retryAfterSeconds: number): DeliveryOutcome {
  return { kind: 'failure', reason: 'status', status: 503, durationMs: 3, retryAfterSeconds };
}

function context(overrides: Partial<AttemptContext> = {}): AttemptContext {
  return { attemptCount: 1, begunAt: acceptedAt, now: new Date(acceptedAt), random: 0.5, ...overrides };
}

describe('decideRetry', () => {
  test('a success is delivered', () => {
    expect(decideRetry({ kind: 'success', status: 200, durationMs: 3 }, context(), policy)).toEqual({
      kind: 'delivered',
    });
  });

  test.each(['gone', 'invalid-url'] as const)('%s ends the delivery', (reason) => {
    expect(decideRetry({ kind: 'failure', reason, durationMs: 3 }, context(), policy)).toEqual({
      kind: 'exhausted',
      reason,
    });
  });

  test.each([
    'status',
    'timeout',
    'dns',
    'connection-refused',
    'connection-lost',
    'tls',
    'protocol',
  ] as const)('%s is retried', (reason) => {
    expect(decideRetry({ kind: 'failure', reason, durationMs: 3 }, context(), policy).kind).toBe('retry');
  });

  test('the gaps are those of the schedule, in the middle of the jitter', () => {
    const gaps = standardRetryScheduleSeconds
      .slice(1)
      .map((_, index) => decideRetry(refused, context({ attemptCount: index + 1 }), policy));

    expect(gaps).toEqual(
      [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400].map((delaySeconds) => ({
        kind: 'retry',
        delaySeconds,
        byQueue: delaySeconds <= 900,
        dueInSeconds: delaySeconds <= 900 ? delaySeconds + 60 : delaySeconds,
      })),
    );
  });

  test('jitter that makes a long gap short does not put it on the queue', () => {
    expect(decideRetry(refused, context({ attemptCount: 3, random: 0.1 }), policy)).toEqual({
      kind: 'retry',
      delaySeconds: 360,
      byQueue: false,
      dueInSeconds: 360,
    });
  });

  test('a short gap that Retry-After makes long does not go by queue', () => {
    expect(decideRetry(overloaded(1_000), context(), policy)).toMatchObject({
      delaySeconds: 1_000,
      byQueue: false,
      dueInSeconds: 1_000,
    });
  });

  test.each([
    [9, 'retry'],
    [10, 'exhausted'],
    [11, 'exhausted'],
  ])('after attempt %i of a schedule of ten: %s', (attemptCount, kind) => {
    expect(decideRetry(refused, context({ attemptCount }), policy).kind).toBe(kind);
  });

  test('an exhausted delivery keeps the last reason and does not disable', () => {
    expect(decideRetry(refused, context({ attemptCount: 10 }), policy)).toEqual({
      kind: 'exhausted',
      reason: 'connection-refused',
    });
  });

  test.each([
    ['5 s at the lowest', 1, 0, 4],
    ['5 s at the highest', 1, 0.999999, 6],
    ['300 s at the lowest', 2, 0, 0],
    ['300 s at the highest', 2, 0.999999, 600],
  ])('jitter: %s', (_, attemptCount, random, delaySeconds) => {
    expect(decideRetry(refused, context({ attemptCount, random }), policy)).toMatchObject({
      kind: 'retry',
      delaySeconds,
    });
  });

  test.each([
    ['less than the gap', 5, 1, 300],
    ['more than the gap', 3600, 1, 3600],
    ['more than a day', 2_303_683_200, 1, day],
    ['zero', 0, 1, 300],
  ])('Retry-After: %s', (_, seconds, random, delaySeconds) => {
    expect(decideRetry(overloaded(seconds), context({ attemptCount: 2, random }), policy)).toMatchObject({
      kind: 'retry',
      delaySeconds,
    });
  });

  test('no attempt is planned after the horizon', () => {
    const at = (seconds: number) =>
      decideRetry(
        refused,
        context({ attemptCount: 9, now: new Date(Date.parse(acceptedAt) + seconds * 1000) }),
        policy,
      );

    expect(at(6 * day).kind).toBe('retry');
    expect(at(6 * day + 1)).toEqual({ kind: 'exhausted', reason: 'expired' });
  });

  test('the delay is whole and always inside its jitter, or inside the limits of Retry-After', () => {
    const attemptCount = fc.integer({ min: 1, max: 9 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const retryAfter = fc.option(fc.nat(), { nil: undefined });
    fc.assert(
      fc.property(attemptCount, random, retryAfter, (count, drawn, seconds) => {
        const gap = standardRetryScheduleSeconds[count] ?? 0;
        const outcome = seconds === undefined ? refused : overloaded(seconds);
        const decision = decideRetry(outcome, context({ attemptCount: count, random: drawn }), policy);
        const [lowest, highest] =
          seconds === undefined ? [gap < 300 ? gap * 0.8 : 0, gap * (gap < 300 ? 1.2 : 2)] : [gap, day];
        const delay = decision.kind === 'retry' ? decision.delaySeconds : -1;

        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(lowest);
        expect(delay).toBeLessThanOrEqual(highest);
      }),
    );
  });
});

describe('retryScheduleSchema', () => {
  test('takes the schedule of Standard Webhooks: ten attempts over 75 h 35 min', () => {
    expect(retryScheduleSchema.parse(standardRetryScheduleSeconds)).toHaveLength(10);
    expect(standardRetryScheduleSeconds.reduce((sum, gap) => sum + gap)).toBe((75 * 60 + 35) * 60 + 5);
  });

  const shortGaps = (count: number, gap: number) => [0, ...Array.from({ length: count }, () => gap)];

  test.each([
    ['nothing', [], false],
    ['a first attempt only', [0], true],
    ['a late first attempt', [5, 5], false],
    ['a negative gap', [0, -1], false],
    ['a fraction', [0, 0.5], false],
    ['not a number', [0, Number.NaN], false],
    ['a gap of more than seven days', [0, 7 * day + 1], false],
    ['ten gaps of 15 minutes', shortGaps(10, 900), true],
    ['eleven gaps of 15 minutes', shortGaps(11, 900), false],
    ['eleven longer gaps', shortGaps(11, 901), true],
  ])('%s', (_, schedule, valid) => {
    expect(retryScheduleSchema.safeParse(schedule).success).toBe(valid);
  });
});
