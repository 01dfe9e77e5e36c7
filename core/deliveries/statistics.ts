import type { DeliveryOutcome } from '../receivers/delivery-outcome.ts';
import type { RetryDecision } from './retry-policy.ts';

/**
 * How a subscription's receiver does, by the hour. Statistics, not a ledger: a call that is repeated after a crash counts
 * as often as it was made, and a count that could not be written is missing. What became of a delivery, its row says.
 */

/** From the end of the hour. */
export const statisticsRetentionDays = 14;

export const hourMs = 3_600_000;

/**
 * Upper bounds of the latency buckets. The last is the longest timeout that a stage can have (core/settings/stage-settings.ts): a call that
 * a busy sandbox measures as even longer falls into the last bucket all the same.
 */
export const latencyBoundsMs = [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000];

/** What some attempts came to. */
export interface Tally {
  /** Attempts that were answered 2xx. */
  readonly delivered: number;
  readonly failedAttempts: number;
  /** Deliveries that ended undelivered with one of these attempts. */
  readonly failed: number;
  /** Calls that were answered with a status, whichever: how many in each bucket of `latencyBoundsMs`. */
  readonly answeredByLatency: readonly number[];
  /** How long these took, all together. */
  readonly answeredMs: number;
}

export interface HourlyTally {
  /** Its beginning, such as `2026-11-26T12:00:00.000Z`. */
  readonly hour: string;
  readonly tally: Tally;
}

/** Whole hours by their beginnings; the first and the last belong to it. */
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

/** One attempt. A call without an answer has no latency of its own: its time is that of our deadline. */
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

/** Negative if `to` is the earlier one. */
export function hoursFrom(hour: string, to: string): number {
  return (Date.parse(to) - Date.parse(hour)) / hourMs;
}

/** Every hour of which a part lies between the two times. */
export function hoursTouched(since: Date, until: Date): HourRange {
  return { first: hourOf(since), last: hourOf(new Date(until.getTime() - 1)) };
}

/** How many calls were answered with a status. */
export function answeredCount({ answeredByLatency }: Tally): number {
  return answeredByLatency.reduce((total, each) => total + each, 0);
}

/** The upper bound of the bucket that holds the call than which so many percent of all calls were not slower. */
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
