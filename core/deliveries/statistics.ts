import type { DeliveryOutcome } from '../receivers/delivery-outcome.ts';
import type { RetryDecision } from './retry-policy.ts';

/**
 * Hourly statistics of a subscription's receiver. They are not a ledger: a call that is repeated after a crash counts
 * each time, and what a sandbox has not written when it ends is missing. The row of a delivery says what became of it.
 */

/** Counted from the end of the hour. */
export const statisticsRetentionDays = 14;

export const hourMs = 3_600_000;

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

/** How many calls were answered with a status. */
export function answeredCount({ answeredByLatency }: Tally): number {
  return answeredByLatency.reduce((total, each) => total + each, 0);
}

/** The upper bound of the bucket that contains this percentile. */
export function percentileMs(tally: Tally, percent: number): number | null {
  const answered = answeredCount(tally);
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
