import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type AttemptContext,
  decideRetry,
  isExpired,
  retryScheduleSchema,
  standardRetryScheduleSeconds,
} from '../../../core/deliveries/retry-policy.ts';
import { deliveryDirectives } from '../../../core/receivers/delivery-directive.ts';
import type { DeliveryOutcome } from '../../../core/receivers/delivery-outcome.ts';

const acceptedAt = '2026-11-23T16:55:00.000Z';
const day = 86_400;
const policy = {
  retryScheduleSeconds: standardRetryScheduleSeconds,
  retryHorizonSeconds: 7 * day,
  queueMarginSeconds: 60,
  keepDisabledSeconds: day,
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

  test('an answer that wants no other attempt of this delivery ends it', () => {
    const outcome = { kind: 'failure', reason: 'status', durationMs: 3, directive: 'abort-message' } as const;

    expect(decideRetry(outcome, context(), policy)).toEqual({ kind: 'exhausted', reason: 'aborted' });
  });

  test.each(deliveryDirectives)('a success is delivered, also one with %s', (directive) => {
    const outcome = { kind: 'success', status: 200, durationMs: 3, directive } as const;

    expect(decideRetry(outcome, context(), policy)).toEqual({ kind: 'delivered' });
  });

  test.each(deliveryDirectives)(
    '%s of a URL that the subscription no longer has counts for nothing',
    (directive) => {
      const outcome = { kind: 'failure', reason: 'status', durationMs: 3, directive } as const;

      expect(decideRetry(outcome, context({ hasMoved: true }), policy)).toEqual(
        decideRetry(refused, context(), policy),
      );
    },
  );

  test.each(['gone', 'invalid-url'] as const)(
    '%s parks the delivery, or ends it on a stage that keeps nothing',
    (reason) => {
      const outcome = { kind: 'failure', reason, durationMs: 3 } as const;
      const keepsNothing = { ...policy, keepDisabledSeconds: 0 };

      expect(decideRetry(outcome, context(), policy)).toEqual({ kind: 'parked', reason: 'disabled' });
      expect(decideRetry(outcome, context(), keepsNothing)).toEqual({ kind: 'exhausted', reason });
    },
  );

  test.each(['gone', 'invalid-url'] as const)(
    '%s of a URL that the subscription no longer has is a failure like others',
    (reason) => {
      const outcome = { kind: 'failure', reason, durationMs: 3 } as const;

      expect(decideRetry(outcome, context({ hasMoved: true }), policy)).toEqual(
        decideRetry(refused, context(), policy),
      );
      expect(decideRetry(outcome, context({ hasMoved: true, attemptCount: 10 }), policy)).toEqual({
        kind: 'exhausted',
        reason,
      });
    },
  );

  test.each([
    'status',
    'address-forbidden',
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
    expect(decideRetry(overloaded(1_000), context({ random: 0 }), policy)).toMatchObject({
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
    ['less than the gap, at the lowest', 5, 0, 5],
    ['less than the gap, in the middle', 5, 0.5, 300],
    ['more than the gap, at the lowest', 3600, 0, 3600],
    ['more than the gap, in the middle', 3600, 0.5, 3960],
    ['a little more than the schedule takes', 310, 0.5, 341],
    ['exactly a day', day, 0, day],
    ['more than a day, at the lowest', 2_303_683_200, 0, day],
    ['more than a day, in the middle', 2_303_683_200, 0.5, 95_040],
    ['zero, in the middle', 0, 0.5, 300],
  ])('Retry-After: %s', (_, seconds, random, delaySeconds) => {
    expect(decideRetry(overloaded(seconds), context({ attemptCount: 2, random }), policy)).toMatchObject({
      kind: 'retry',
      delaySeconds,
    });
  });

  test.each([1, 10, 60, 3600, day])(
    'deliveries that were all told to wait %i s come back after it, over at least ten seconds',
    (seconds) => {
      const delays = Array.from({ length: 60 }, (_, index) => {
        const decision = decideRetry(overloaded(seconds), context({ random: index / 60 }), policy);
        return decision.kind === 'retry' ? decision.delaySeconds : -1;
      });

      expect(Math.min(...delays)).toBeGreaterThanOrEqual(seconds);
      expect(Math.max(...delays) - Math.max(seconds, 4)).toBeGreaterThanOrEqual(Math.max(7, seconds * 0.19));
    },
  );

  test.each([
    [-1, false],
    [0, false],
    [7 * day * 1_000 - 1, false],
    [7 * day * 1_000, false],
    [7 * day * 1_000 + 1, true],
    [14 * day * 1_000, true],
  ])('%i ms after its schedule began, a delivery has expired: %s', (ms, hasExpired) => {
    const at = new Date(Date.parse(acceptedAt) + ms);

    expect(isExpired({ begunAt: acceptedAt }, policy, at)).toBe(hasExpired);
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

  test('the delay is whole, never before Retry-After, and inside the jitter of the schedule or the spread after it', () => {
    const attemptCount = fc.integer({ min: 1, max: 9 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const retryAfter = fc.option(fc.nat(), { nil: undefined });
    fc.assert(
      fc.property(attemptCount, random, retryAfter, (count, drawn, seconds) => {
        const gap = standardRetryScheduleSeconds[count] ?? 0;
        const outcome = seconds === undefined ? refused : overloaded(seconds);
        const decision = decideRetry(outcome, context({ attemptCount: count, random: drawn }), policy);
        const jittered = [gap < 300 ? gap * 0.8 : 0, gap * (gap < 300 ? 1.2 : 2)] as const;
        const asked = Math.min(seconds ?? 0, day);
        const lowest = Math.max(jittered[0], asked);
        const highest = Math.max(
          jittered[1],
          seconds === undefined ? 0 : asked + Math.max(10, asked * 0.2) + 1,
        );
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
    ['a gap of seven days', [0, 7 * day], true],
    ['a gap of more than seven days', [0, 7 * day + 1], false],
    ['ten gaps of 15 minutes', shortGaps(10, 900), true],
    ['eleven gaps of 15 minutes', shortGaps(11, 900), false],
    ['eleven longer gaps', shortGaps(11, 901), true],
  ])('%s', (_, schedule, valid) => {
    expect(retryScheduleSchema.safeParse(schedule).success).toBe(valid);
  });
});
