import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { presentStatistics, statisticsView } from '../../contract/statistics-views.ts';
import { addTallies, emptyTally, type Tally, tallyAttempt } from '../../core/deliveries/statistics.ts';

function answered(durationMs: number, status = 204): Tally {
  return status < 300
    ? tallyAttempt({ kind: 'success', status, durationMs }, { kind: 'delivered' })
    : tallyAttempt({ kind: 'failure', reason: 'status', status, durationMs }, retry);
}

function unanswered(durationMs: number): Tally {
  return tallyAttempt({ kind: 'failure', reason: 'timeout', durationMs }, retry);
}

const retry = { kind: 'retry', delaySeconds: 5, byQueue: true, dueInSeconds: 65 } as const;
const tallyOf = (tallies: readonly Tally[]) => tallies.reduce(addTallies, emptyTally);
const attempts = fc.array(
  fc.oneof(
    fc.nat(20_000).map((durationMs) => answered(durationMs)),
    fc.nat(20_000).map((durationMs) => answered(durationMs, 500)),
    fc.nat(20_000).map((durationMs) => unanswered(durationMs)),
  ),
);

describe('the view', () => {
  const range = { first: '2026-11-26T22:00:00.000Z', last: '2026-11-27T01:00:00.000Z' };
  const kept = [
    { hour: '2026-11-26T22:00:00.000Z', tally: tallyOf([answered(10), answered(31)]) },
    { hour: '2026-11-27T01:00:00.000Z', tally: tallyOf([answered(2_000, 500), unanswered(15_000)]) },
  ];

  test('has every hour of the range, oldest first, and zeroes where there was no call', () => {
    const nothing = { average: null, p50: null, p95: null, p99: null };

    expect(presentStatistics(range, kept)).toEqual({
      since: '2026-11-26T22:00:00.000Z',
      until: '2026-11-27T02:00:00.000Z',
      total: {
        delivered: 2,
        failedAttempts: 2,
        failed: 0,
        latencyMs: { average: 680, p50: 50, p95: 2_500, p99: 2_500 },
      },
      hours: [
        {
          hour: '2026-11-26T22:00:00.000Z',
          delivered: 2,
          failedAttempts: 0,
          failed: 0,
          latencyMs: { average: 21, p50: 50, p95: 50, p99: 50 },
        },
        { hour: '2026-11-26T23:00:00.000Z', delivered: 0, failedAttempts: 0, failed: 0, latencyMs: nothing },
        { hour: '2026-11-27T00:00:00.000Z', delivered: 0, failedAttempts: 0, failed: 0, latencyMs: nothing },
        {
          hour: '2026-11-27T01:00:00.000Z',
          delivered: 0,
          failedAttempts: 2,
          failed: 0,
          latencyMs: { average: 2_000, p50: 2_500, p95: 2_500, p99: 2_500 },
        },
      ],
    });
  });

  test('is what its schema says, and nothing more, whatever was counted', () => {
    fc.assert(
      fc.property(attempts, (all) => {
        const view = presentStatistics(range, [{ hour: range.last, tally: tallyOf(all) }]);
        expect(statisticsView.parse(view)).toEqual(view);
      }),
    );
  });
});
