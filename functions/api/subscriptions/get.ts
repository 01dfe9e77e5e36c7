import { presentSubscription } from '../../../contract/subscription-views.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { findRequested } from './find-subscription.ts';
import { etagOf } from './preconditions.ts';

export function createGetSubscription({
  subscriptions,
}: Pick<ApiDeps, 'subscriptions'>): Handler<'GET /subscriptions/{id}'> {
  return async (request) => {
    const found = await findRequested(subscriptions, request);
    if ('problem' in found) return found;
    const { subscription } = found;
    const { capabilities } = request;
    return {
      body: presentSubscription(subscription, capabilities),
      etag: etagOf(subscription, capabilities),
    };
  };
}
