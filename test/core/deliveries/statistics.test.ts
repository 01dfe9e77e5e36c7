import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RetryDecision } from '../../../core/deliveries/retry-policy.ts';
import {
  addTallies,
  emptyTally,
  hourOf,
  hoursTouched,
  latencyBoundsMs,
  percentileMs,
  type Tally,
  tallyAttempt,
} from '../../../core/deliveries/statistics.ts';
import type { DeliveryOutcome } from '../../../core/receivers/delivery-outcome.ts';

interface Attempt {
  readonly outcome: DeliveryOutcome;
  readonly decision: RetryDecision;
}

const longestMs = latencyBoundsMs.at(-1) ?? 0;
const retry: RetryDecision = { kind: 'retry', delaySeconds: 5, byQueue: true, dueInSeconds: 65 };

function answered(durationMs: number, status = 204): Attempt {
  return status < 300
    ? { outcome: { kind: 'success', status, durationMs }, decision: { kind: 'delivered' } }
    : { outcome: { kind: 'failure', reason: 'status', status, durationMs }, decision: retry };
}

function unanswered(durationMs: number, decision: RetryDecision = retry): Attempt {
  return { outcome: { kind: 'failure', reason: 'timeout', durationMs }, decision };
}

function tallyOf(attempts: readonly Attempt[]): Tally {
  return attempts
    .map(({ outcome, decision }) => tallyAttempt(outcome, decision))
    .reduce(addTallies, emptyTally);
}

/** The same without adding anything up bit by bit. */
function countByHand(all: readonly Attempt[]): Tally {
  const answeredMs = all.filter(({ outcome }) => outcome.status).map(({ outcome }) => outcome.durationMs);
  const notAbove = (boundMs: number) => answeredMs.filter((durationMs) => durationMs <= boundMs).length;
  return {
    delivered: all.filter(({ outcome }) => outcome.kind === 'success').length,
    failedAttempts: all.filter(({ outcome }) => outcome.kind === 'failure').length,
    failed: all.filter(({ decision }) => decision.kind === 'exhausted').length,
    answeredByLatency: latencyBoundsMs.map(
      (boundMs, bucket) => notAbove(boundMs) - notAbove(latencyBoundsMs[bucket - 1] ?? -1),
    ),
    answeredMs: answeredMs.reduce((sum, durationMs) => sum + durationMs, 0),
  };
}

const durations = fc.nat(longestMs);
const attempts = fc.array(
  fc.oneof(
    durations.map((durationMs) => answered(durationMs)),
    durations.map((durationMs) => answered(durationMs, 500)),
    durations.map((durationMs) => unanswered(durationMs)),
    durations.map((durationMs) => unanswered(durationMs, { kind: 'exhausted', reason: 'timeout' })),
  ),
);

describe('a tally', () => {
  test('counts what was delivered, what failed, and which deliveries failed for good', () => {
    const some = [
      answered(10),
      answered(20),
      answered(30, 500),
      unanswered(40),
      unanswered(50, { kind: 'exhausted', reason: 'timeout' }),
    ];

    expect(tallyOf(some)).toMatchObject({ delivered: 2, failedAttempts: 3, failed: 1 });
  });

  test('takes the latency of a call from whatever status answers it, and none from a call without an answer', () => {
    const { answeredByLatency, answeredMs } = tallyOf([answered(10), answered(60, 500), unanswered(15_000)]);

    expect(answeredByLatency).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(answeredMs).toBe(70);
  });

  test.each([
    [0, 50],
    [50, 50],
    [51, 100],
    [10_000, 10_000],
    [10_001, 20_000],
    [longestMs + 5, longestMs],
  ])('has a call of %i ms below %i ms', (durationMs, boundMs) => {
    expect(percentileMs(tallyOf([answered(durationMs)]), 50)).toBe(boundMs);
  });

  test('of parts, added up in any order, is the tally of the whole', () => {
    fc.assert(
      fc.property(attempts, attempts, attempts, (one, two, three) => {
        const whole = countByHand([...one, ...two, ...three]);
        expect(addTallies(addTallies(tallyOf(one), tallyOf(two)), tallyOf(three))).toEqual(whole);
        expect(addTallies(tallyOf(three), addTallies(tallyOf(two), tallyOf(one)))).toEqual(whole);
      }),
    );
  });

  test('counts each attempt once, as delivered or as failed', () => {
    fc.assert(
      fc.property(attempts, (all) => {
        const { delivered, failedAttempts, failed } = tallyOf(all);
        expect(delivered + failedAttempts).toBe(all.length);
        expect(failed).toBeLessThanOrEqual(failedAttempts);
      }),
    );
  });
});

describe('a percentile', () => {
  test('is the bound of the bucket in which the call of that rank falls', () => {
    fc.assert(
      fc.property(
        fc.array(durations, { minLength: 1 }),
        fc.constantFrom(50, 95, 99),
        (durationsMs, percent) => {
          const inOrder = durationsMs.toSorted((a, b) => a - b);
          const realMs = inOrder[Math.ceil((inOrder.length * percent) / 100) - 1] ?? NaN;
          const shownMs = percentileMs(tallyOf(durationsMs.map((each) => answered(each))), percent) ?? NaN;
          const boundBelow = latencyBoundsMs[latencyBoundsMs.indexOf(shownMs) - 1] ?? -1;
          expect(shownMs).toBeGreaterThanOrEqual(realMs);
          expect(boundBelow).toBeLessThan(realMs);
        },
      ),
    );
  });

  test('of no answered call is none', () => {
    expect(percentileMs(tallyOf([unanswered(15_000)]), 99)).toBeNull();
  });

  test('of a hundred calls with two slow ones shows them at 99, not at 95', () => {
    const tally = tallyOf(Array.from({ length: 100 }, (_, index) => answered(index < 2 ? 4_000 : 40)));

    expect([50, 95, 99].map((percent) => percentileMs(tally, percent))).toEqual([50, 50, 5_000]);
  });
});

describe('the hours that a range touches', () => {
  test.each([
    ['2026-11-26T12:00:00.000Z', '2026-11-26T13:00:00.000Z', '12', '12'],
    ['2026-11-26T12:59:59.999Z', '2026-11-26T13:00:00.001Z', '12', '13'],
    ['2026-11-26T12:30:00.000Z', '2026-11-26T12:31:00.000Z', '12', '12'],
    ['2026-11-26T00:00:00.000Z', '2026-11-26T23:59:59.999Z', '00', '23'],
  ])('from %s until %s are those from %s to %s', (since, until, first, last) => {
    expect(hoursTouched(new Date(since), new Date(until))).toEqual({
      first: `2026-11-26T${first}:00:00.000Z`,
      last: `2026-11-26T${last}:00:00.000Z`,
    });
  });

  test('begin in UTC on the hour', () => {
    expect(hourOf(new Date('2026-11-26T14:10:30.500+05:30'))).toBe('2026-11-26T08:00:00.000Z');
  });
});
