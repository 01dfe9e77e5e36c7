import * as z from 'zod';
import {
  addTallies,
  answeredCount,
  emptyTally,
  endOfHour,
  type HourlyTally,
  type HourRange,
  hourMs,
  hourOf,
  hoursFrom,
  latencyBoundsMs,
  percentileMs,
  type Tally,
} from '../core/deliveries/statistics.ts';

const count = z.int().nonnegative();
const percentile = z
  .int()
  .positive()
  .nullable()
  .meta({
    description: `An upper bound, one of ${latencyBoundsMs.join(', ')}. Null if no call was answered.`,
  });
const numbersView = z.object({
  delivered: count.meta({ description: 'Attempts that were answered 2xx.' }),
  failedAttempts: count.meta({ description: 'Attempts that failed, whether or not another follows.' }),
  failed: count.meta({ description: 'Deliveries that ended undelivered after their last attempt.' }),
  latencyMs: z
    .object({ average: count.nullable(), p50: percentile, p95: percentile, p99: percentile })
    .meta({ description: 'Of the calls that were answered, with whatever status.' }),
});

/** The statistics of a subscription as its owner sees them. */
export const statisticsView = z.object({
  since: z.iso.datetime().meta({ description: 'The beginning of the first hour.' }),
  until: z.iso.datetime().meta({ description: 'The end of the last hour.' }),
  total: numbersView,
  hours: z
    .array(z.object({ hour: z.iso.datetime().meta({ description: 'Its beginning.' }), ...numbersView.shape }))
    .meta({ description: 'Oldest first, without a gap.' }),
});
export type StatisticsView = z.infer<typeof statisticsView>;

export const statisticsRanges = {
  '24h': { buckets: 24, bucketHours: 1 },
  '14d': { buckets: 14, bucketHours: 24 },
};
export type StatisticsRange = keyof typeof statisticsRanges;

const counts = z.array(count);
/** The statistics of all subscriptions of an account, for a list of them. */
export const accountStatisticsView = z.object({
  since: z.iso.datetime().meta({ description: 'The beginning of the first bucket.' }),
  until: z.iso.datetime().meta({ description: 'The end of the last one, and of the current hour.' }),
  bucketHours: count,
  subscriptions: z.array(
    z.object({
      subscriptionId: z.string(),
      total: numbersView,
      delivered: counts.meta({ description: 'By bucket, oldest first; so are the next two.' }),
      failedAttempts: counts,
      failed: counts,
    }),
  ),
});

/** Whole hours up to the current one. */
export function hoursOfRange(name: StatisticsRange, now: Date): HourRange {
  const { buckets, bucketHours } = statisticsRanges[name];
  const last = hourOf(now);
  const first = new Date(Date.parse(last) - (buckets * bucketHours - 1) * hourMs).toISOString();
  return { first, last };
}

export function presentAccountStatistics(
  name: StatisticsRange,
  range: HourRange,
  kept: readonly { readonly subscriptionId: string; readonly hours: readonly HourlyTally[] }[],
): z.infer<typeof accountStatisticsView> {
  const { buckets, bucketHours } = statisticsRanges[name];
  return {
    since: range.first,
    until: endOfHour(range.last).toISOString(),
    bucketHours,
    subscriptions: kept.map(({ subscriptionId, hours }) => {
      const sums: Tally[] = Array.from({ length: buckets }, () => emptyTally);
      for (const { hour, tally } of hours) {
        const bucket = Math.floor(hoursFrom(range.first, hour) / bucketHours);
        sums[bucket] = addTallies(sums[bucket] ?? emptyTally, tally);
      }
      return {
        subscriptionId,
        total: presentTally(sums.reduce(addTallies, emptyTally)),
        delivered: sums.map(({ delivered }) => delivered),
        failedAttempts: sums.map(({ failedAttempts }) => failedAttempts),
        failed: sums.map(({ failed }) => failed),
      };
    }),
  };
}

/** `kept` are the hours of the range in which there was a call. */
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
  const { delivered, failedAttempts, failed, answeredMs } = tally;
  const answered = answeredCount(tally);
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
