import { presentEvent } from '../../../contract/event-views.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { createPages } from '../http/pages.ts';

export function createListEvents(deps: Pick<ApiDeps, 'eventHistory' | 'cursorKey'>): Handler<'GET /events'> {
  const readPage = createPages(deps);

  return (request) =>
    readPage(request, 'events', async (limit, after) => {
      const { eventType: eventTypes, since, until } = request.query;
      const filter = { eventTypes, since, until };
      const { items, next } = await deps.eventHistory.listEvents(request.accountId, filter, limit, after);
      return { items: items.map(presentEvent), next };
    });
}
