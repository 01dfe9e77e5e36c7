import { presentStatistics } from '../../../contract/statistics-views.ts';
import {
  type HourRange,
  hourOf,
  hoursFrom,
  hoursTouched,
  statisticsRetentionDays,
} from '../../../core/deliveries/statistics.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler, HandlerRequest } from '../http/handler.ts';
import { type Refusal, refuseInvalid } from '../http/refusal.ts';
import { findRequested } from '../subscriptions/find-subscription.ts';

const dayMs = 24 * 3_600_000;
const maxHours = statisticsRetentionDays * 24;

export function createGetStatistics({
  subscriptions,
  statistics,
  now,
}: Pick<ApiDeps, 'subscriptions' | 'statistics' | 'now'>): Handler<'GET /subscriptions/{id}/stats'> {
  return async (request) => {
    const found = await findRequested(subscriptions, request);
    if ('problem' in found) return found;
    const range = rangeOf(now(), request.query);
    if ('problem' in range) return range;
    const { accountId, id: subscriptionId } = found.subscription;
    const kept = await statistics.listStatistics({ accountId, subscriptionId }, range);
    return { body: presentStatistics(range, kept) };
  };
}

/** Counts in whole hours, so that a query for 14 days up to now is not refused for the time that the request takes. */
function rangeOf(
  now: Date,
  { since, until: end = now.toISOString() }: HandlerRequest<'GET /subscriptions/{id}/stats'>['query'],
): HourRange | Refusal {
  const until = new Date(end);
  const from = since ? new Date(since) : new Date(until.getTime() - dayMs);
  const hoursAgo = hoursFrom(hourOf(from), hourOf(now));
  if (hoursAgo < 0 || hoursAgo > maxHours) {
    const message = `must be within the last ${statisticsRetentionDays} days; left out, it is 24 hours before until`;
    return refuseInvalid([{ field: 'since', message }]);
  }
  if (from >= until) {
    return refuseInvalid([{ field: 'since', message: 'must be before until; left out, until is now' }]);
  }
  if (hoursFrom(hourOf(from), hourOf(until)) > maxHours) {
    return refuseInvalid([
      { field: 'until', message: `must be at most ${statisticsRetentionDays} days after since` },
    ]);
  }
  return hoursTouched(from, until);
}
