import { hoursOfRange, presentAccountStatistics } from '../../../contract/statistics-views.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';

/** All subscriptions of an account at once: it has few, and the page shows how each of them does. */
export function createGetAccountStatistics({
  subscriptions,
  statistics,
  now,
}: Pick<ApiDeps, 'subscriptions' | 'statistics' | 'now'>): Handler<'GET /statistics'> {
  return async ({ accountId, query }) => {
    const range = hoursOfRange(query.range, now());
    const kept = (await subscriptions.listSubscriptions(accountId)).map(async ({ id: subscriptionId }) => ({
      subscriptionId,
      hours: await statistics.listStatistics({ accountId, subscriptionId }, range),
    }));
    return { body: presentAccountStatistics(query.range, range, await Promise.all(kept)) };
  };
}
