import * as z from 'zod';
import {
  hourOf,
  hoursFrom,
  hoursTouched,
  presentStatistics,
  statisticsRetentionDays,
} from '../../core/deliveries/statistics.ts';
import type { StatisticsHistory } from '../../core/deliveries/statistics-log.ts';
import type { SubscriptionStore } from '../../core/subscriptions/subscription-store.ts';
import { findRequested } from './change-subscription.ts';
import { type AccountRequest, type ApiResponse, parseQuery, respondJson } from './http.ts';
import { timeRange } from './query-time.ts';

export interface StatisticsRouteDeps {
  readonly subscriptions: SubscriptionStore;
  readonly statistics: StatisticsHistory;
  readonly now: () => Date;
}

const dayMs = 24 * 3_600_000;
const maxHours = statisticsRetentionDays * 24;

export const statisticsQuerySchema = z.strictObject(timeRange);

/** Counted in whole hours: who asks for 14 days up to now must not be refused for the time that the request takes. */
function rangeSchema(now: Date) {
  return statisticsQuerySchema.transform(({ since, until: end = now.toISOString() }, { addIssue }) => {
    const until = new Date(end);
    const from = since ? new Date(since) : new Date(until.getTime() - dayMs);
    const hoursAgo = hoursFrom(hourOf(from), hourOf(now));
    const refuse = (field: 'since' | 'until', message: string) =>
      addIssue({ code: 'custom', path: [field], message });
    if (hoursAgo < 0 || hoursAgo > maxHours) {
      refuse(
        'since',
        `must be within the last ${statisticsRetentionDays} days; left out, it is 24 hours before until`,
      );
    } else if (from >= until) {
      refuse('since', 'must be before until; left out, until is now');
    } else if (hoursFrom(hourOf(from), hourOf(until)) > maxHours) {
      refuse('until', `must be at most ${statisticsRetentionDays} days after since`);
    }
    return hoursTouched(from, until);
  });
}

/** How a subscription's receiver does. */
export function createStatisticsRoutes({ subscriptions, statistics, now }: StatisticsRouteDeps) {
  return {
    async get(request: AccountRequest): Promise<ApiResponse> {
      const found = await findRequested(subscriptions, request);
      if ('problem' in found) return found.problem;
      const range = parseQuery(request, rangeSchema(now()));
      if ('problem' in range) return range.problem;
      const { accountId, id: subscriptionId } = found.subscription;
      const kept = await statistics.listStatistics({ accountId, subscriptionId }, range.query);
      return respondJson(200, presentStatistics(range.query, kept));
    },
  };
}
