import type { Attempt, DeliveryRef, SubscriptionRef } from '../../core/deliveries/delivery.ts';
import type { RetryDecision } from '../../core/deliveries/retry-policy.ts';
import { addTallies, emptyTally, type Tally, tallyAttempt } from '../../core/deliveries/statistics.ts';
import type { StatisticsLog } from '../../core/deliveries/statistics-log.ts';
import type { Telemetry } from '../../core/telemetry.ts';

export interface BatchStatisticsDeps {
  readonly statistics: StatisticsLog;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
}

export interface BatchTally {
  count(ref: DeliveryRef, attempt: Attempt, decision: RetryDecision): void;
  /** Writes once for each subscription that was called. Never rejects, because no callback depends on it. */
  write(): Promise<void>;
}

/** Counts the results of a batch's attempts. They all count for the hour in which they are written. */
export function openBatchTally({ statistics, telemetry, now }: BatchStatisticsDeps): BatchTally {
  const tallies = new Map<string, { readonly of: SubscriptionRef; readonly tally: Tally }>();

  return {
    count({ accountId, subscriptionId }, { outcome }, decision) {
      const key = `${accountId} ${subscriptionId}`;
      const tally = addTallies(tallies.get(key)?.tally ?? emptyTally, tallyAttempt(outcome, decision));
      tallies.set(key, { of: { accountId, subscriptionId }, tally });
    },

    async write() {
      const at = now();
      await Promise.all(
        [...tallies.values()].map(async ({ of, tally }) => {
          try {
            await statistics.addStatistics(of, tally, at);
          } catch (error) {
            telemetry.warn('statistics.unwritten', { ...of, error });
          }
        }),
      );
    },
  };
}
