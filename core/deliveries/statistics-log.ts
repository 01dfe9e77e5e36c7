import type { SubscriptionRef } from './delivery.ts';
import type { HourlyTally, HourRange, Tally } from './statistics.ts';

/**
 * What one sandbox has counted for a subscription in an hour. The statistics of the hour are the sum of its parts. A part
 * is written whole each time, so a repeated write counts nothing twice.
 */
export interface StatisticsPart extends SubscriptionRef {
  /** The start of the hour. */
  readonly hour: string;
  /** Unique among the parts of the hour. */
  readonly id: string;
  readonly tally: Tally;
}

/** Results of attempts, by subscription and hour. A repeated call counts again. */
export interface StatisticsHistory {
  /** Lists the hours in which there was an attempt. */
  listStatistics(of: SubscriptionRef, range: HourRange): Promise<readonly HourlyTally[]>;
}
