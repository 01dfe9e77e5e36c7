import type { SubscriptionRef } from './delivery.ts';
import type { HourlyTally, HourRange, Tally } from './statistics.ts';

/** What attempts came to, by subscription and hour: statistics, in which a repeated call counts again. */
export interface StatisticsLog {
  /** Adds to the hour of `now`. May take a second, then rejects. */
  addStatistics(of: SubscriptionRef, tally: Tally, now: Date): Promise<void>;
}

export interface StatisticsHistory {
  /** Those hours in which there was an attempt. */
  listStatistics(of: SubscriptionRef, range: HourRange): Promise<readonly HourlyTally[]>;
}
