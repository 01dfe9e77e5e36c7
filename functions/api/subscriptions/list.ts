import { presentSubscription } from '../../../contract/subscription-views.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { createPages } from '../http/pages.ts';
import { isStopped, type StoppedDeps } from './stopped-calls.ts';

export function createListSubscriptions(
  deps: Pick<ApiDeps, 'subscriptions' | 'cursorKey'> & StoppedDeps,
): Handler<'GET /subscriptions'> {
  const readPage = createPages(deps);

  return (request) =>
    readPage(request, 'subscriptions', async (limit, after = '') => {
      const all = await deps.subscriptions.listSubscriptions(request.accountId);
      const rest = all.filter((subscription) => positionOf(subscription) > after);
      const items = rest.slice(0, limit);
      const last = items.at(-1);
      const shown = items.map(async (subscription) =>
        presentSubscription(subscription, request.capabilities, await isStopped(deps, subscription)),
      );
      return {
        items: await Promise.all(shown),
        next: last && rest.length > limit ? positionOf(last) : undefined,
      };
    });
}

/** In the order of the list. */
function positionOf({ createdAt, id }: Subscription): string {
  return `${createdAt} ${id}`;
}
