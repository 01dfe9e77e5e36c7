import type { SubscriptionRef } from './delivery.ts';
import type { HourlyTally, HourRange, Tally } from './statistics.ts';

/** Results of attempts, by subscription and hour. A repeated call counts again. */
export interface StatisticsLog {
  /** Adds to the hour of `now`. Takes a second at most, then rejects. */
  addStatistics(of: SubscriptionRef, tally: Tally, now: Date): Promise<void>;
}

export interface StatisticsHistory {
  /** Lists the hours in which there was an attempt. */
  listStatistics(of: SubscriptionRef, range: HourRange): Promise<readonly HourlyTally[]>;
}
