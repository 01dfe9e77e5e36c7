import { maxCounted } from '../../../contract/subscription-detail.ts';
import { presentSubscription } from '../../../contract/subscription-views.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { findRequested } from './find-subscription.ts';
import { etagOf } from './preconditions.ts';
import { isStopped, type StoppedDeps } from './stopped-calls.ts';

export function createGetSubscription(
  deps: Pick<ApiDeps, 'subscriptions' | 'parked'> & StoppedDeps,
): Handler<'GET /subscriptions/{id}'> {
  const { subscriptions, parked } = deps;

  return async (request) => {
    const found = await findRequested(subscriptions, request);
    if ('problem' in found) return found;
    const { subscription } = found;
    const body = {
      ...presentSubscription(subscription, request.capabilities, await isStopped(deps, subscription)),
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
