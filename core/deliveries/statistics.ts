import * as z from 'zod';
import type { DeliveryOutcome } from '../receivers/delivery-outcome.ts';
import type { RetryDecision } from './retry-policy.ts';

/**
 * Hourly statistics of a subscription's receiver. They are not a ledger: a call that is repeated after a crash counts
 * each time, and a count that could not be written is missing. The row of a delivery says what became of it.
 */

/** Counted from the end of the hour. */
export const statisticsRetentionDays = 14;

const hourMs = 3_600_000;

/**
 * Upper bounds of the latency buckets. The last is the longest timeout that a stage can have
 * (core/settings/stage-settings.ts). A busy sandbox may measure a call as even longer; it falls into the last bucket
 * too.
 */
export const latencyBoundsMs = [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000];

/** The summed results of some attempts. */
export interface Tally {
  /** Attempts that were answered with 2xx. */
  readonly delivered: number;
  readonly failedAttempts: number;
  /** Deliveries that ended undelivered with one of these attempts. */
  readonly failed: number;
  /** Calls that were answered with any status, counted by bucket of `latencyBoundsMs`. */
  readonly answeredByLatency: readonly number[];
  /** The total duration of these calls. */
  readonly answeredMs: number;
}

export interface HourlyTally {
  /** The start of the hour, such as `2026-11-26T12:00:00.000Z`. */
  readonly hour: string;
  readonly tally: Tally;
}

/** Whole hours, named by their starts. Both bounds are inclusive. */
export interface HourRange {
  readonly first: string;
  readonly last: string;
}

export const emptyTally: Tally = {
  delivered: 0,
  failedAttempts: 0,
  failed: 0,
  answeredByLatency: latencyBoundsMs.map(() => 0),
  answeredMs: 0,
};

/** Tallies one attempt. A call without an answer has no latency: it only took as long as our deadline. */
export function tallyAttempt(outcome: DeliveryOutcome, decision: RetryDecision): Tally {
  const isAnswered = outcome.status !== undefined;
  const bucket = bucketOf(outcome.durationMs);
  return {
    delivered: outcome.kind === 'success' ? 1 : 0,
    failedAttempts: outcome.kind === 'failure' ? 1 : 0,
    failed: decision.kind === 'exhausted' ? 1 : 0,
    answeredByLatency: latencyBoundsMs.map((_, index) => (isAnswered && index === bucket ? 1 : 0)),
    answeredMs: isAnswered ? outcome.durationMs : 0,
  };
}

export function addTallies(one: Tally, other: Tally): Tally {
  return {
    delivered: one.delivered + other.delivered,
    failedAttempts: one.failedAttempts + other.failedAttempts,
    failed: one.failed + other.failed,
    answeredByLatency: one.answeredByLatency.map((count, bucket) => count + at(other, bucket)),
    answeredMs: one.answeredMs + other.answeredMs,
  };
}

export function hourOf(time: Date): string {
  return new Date(Math.floor(time.getTime() / hourMs) * hourMs).toISOString();
}

export function endOfHour(hour: string): Date {
  return new Date(Date.parse(hour) + hourMs);
}

/** Negative if `to` is earlier. */
export function hoursFrom(hour: string, to: string): number {
  return (Date.parse(to) - Date.parse(hour)) / hourMs;
}

/** Every hour that overlaps the time between `since` and `until`. */
export function hoursTouched(since: Date, until: Date): HourRange {
  return { first: hourOf(since), last: hourOf(new Date(until.getTime() - 1)) };
}

const count = z.int().nonnegative();
const percentile = z
  .int()
  .positive()
  .nullable()
  .meta({
    description: `One of ${latencyBoundsMs.join(', ')}: no call up to there was slower. Null if none was answered.`,
  });
const numbersView = z.object({
  delivered: count.meta({ description: 'Attempts that were answered 2xx.' }),
  failedAttempts: count.meta({ description: 'Attempts that failed, whether or not another follows.' }),
  failed: count.meta({ description: 'Deliveries that ended undelivered after their last attempt.' }),
  latencyMs: z
    .object({ average: count.nullable(), p50: percentile, p95: percentile, p99: percentile })
    .meta({ description: 'Of the calls that were answered with a status, whichever.' }),
});

/** The statistics, as the API shows them to an account owner. */
export const statisticsView = z.object({
  since: z.iso.datetime().meta({ description: 'The beginning of the first hour.' }),
  until: z.iso.datetime().meta({ description: 'The end of the last hour.' }),
  total: numbersView,
  hours: z
    .array(z.object({ hour: z.iso.datetime().meta({ description: 'Its beginning.' }), ...numbersView.shape }))
    .meta({ description: 'Oldest first, without a gap.' }),
});
export type StatisticsView = z.infer<typeof statisticsView>;

/** `kept` holds the hours of the range in which there was a call. */
export function presentStatistics(range: HourRange, kept: readonly HourlyTally[]): StatisticsView {
  const tallies = new Map(kept.map(({ hour, tally }) => [hour, tally]));
  const hours = Array.from({ length: hoursFrom(range.first, range.last) + 1 }, (_, index) =>
    new Date(Date.parse(range.first) + index * hourMs).toISOString(),
  );
  return {
    since: range.first,
    until: endOfHour(range.last).toISOString(),
    total: presentTally(kept.map(({ tally }) => tally).reduce(addTallies, emptyTally)),
    hours: hours.map((hour) => ({ hour, ...presentTally(tallies.get(hour) ?? emptyTally) })),
  };
}

function presentTally(tally: Tally): z.infer<typeof numbersView> {
  const { delivered, failedAttempts, failed, answeredByLatency, answeredMs } = tally;
  const answered = sum(answeredByLatency);
  return {
    delivered,
    failedAttempts,
    failed,
    latencyMs: {
      average: answered === 0 ? null : Math.round(answeredMs / answered),
      p50: percentileMs(tally, 50),
      p95: percentileMs(tally, 95),
      p99: percentileMs(tally, 99),
    },
  };
}

/** The upper bound of the bucket that contains this percentile. */
export function percentileMs(tally: Tally, percent: number): number | null {
  const answered = sum(tally.answeredByLatency);
  if (answered === 0) return null;
  const rank = Math.ceil((answered * percent) / 100);
  let seen = 0;
  for (const [bucket, bound] of latencyBoundsMs.entries()) {
    seen += at(tally, bucket);
    if (seen >= rank) return bound;
  }
  return null;
}

function bucketOf(durationMs: number): number {
  const bucket = latencyBoundsMs.findIndex((bound) => durationMs <= bound);
  return bucket < 0 ? latencyBoundsMs.length - 1 : bucket;
}

function at({ answeredByLatency }: Tally, bucket: number): number {
  return answeredByLatency[bucket] ?? 0;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, each) => total + each, 0);
}
