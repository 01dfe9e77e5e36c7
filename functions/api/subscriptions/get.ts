import { maxCounted } from '../../../contract/subscription-detail.ts';
import { presentSubscription } from '../../../contract/subscription-views.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { findRequested } from './find-subscription.ts';
import { etagOf } from './preconditions.ts';

export function createGetSubscription({
  subscriptions,
  parked,
}: Pick<ApiDeps, 'subscriptions' | 'parked'>): Handler<'GET /subscriptions/{id}'> {
  return async (request) => {
    const found = await findRequested(subscriptions, request);
    if ('problem' in found) return found;
    const { subscription } = found;
    const body = {
      ...presentSubscription(subscription, request.capabilities),
      parked: await countParked(subscription),
    };
    return { body, etag: etagOf(body) };
  };

  async function countParked({ accountId, id: subscriptionId }: Subscription) {
    const of = { accountId, subscriptionId };
    const count = await parked.countParked(of, maxCounted + 1);
    const [oldest] = count === 0 ? [] : await parked.listParked(of, 1);
    return {
      count: Math.min(count, maxCounted),
      isMore: count > maxCounted,
      oldestAt: oldest?.acceptedAt,
    };
  }
}
