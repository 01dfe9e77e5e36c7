import { presentDelivery, statesOf } from '../../../contract/delivery-views.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { createPages } from '../http/pages.ts';
import { findRequested } from '../subscriptions/find-subscription.ts';

export function createListDeliveries(
  deps: Pick<ApiDeps, 'subscriptions' | 'deliveryHistory' | 'cursorKey' | 'now'>,
): Handler<'GET /subscriptions/{id}/deliveries'> {
  const readPage = createPages(deps);

  return async (request) => {
    const found = await findRequested(deps.subscriptions, request);
    if ('problem' in found) return found;
    const { accountId, id } = found.subscription;
    const around = { subscription: found.subscription, now: deps.now() };
    const { status, statusClass: statusClasses, eventType: eventTypes, since, until } = request.query;
    const filter = { states: status && statesOf(status), statusClasses, eventTypes, since, until };
    return readPage(request, `deliveries ${id}`, async (limit, after) => {
      const page = await deps.deliveryHistory.listDeliveries(accountId, id, filter, limit, after);
      return { items: page.items.map((row) => presentDelivery(row, around)), next: page.next };
    });
  };
}
