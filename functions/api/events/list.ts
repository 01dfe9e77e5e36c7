import { presentEvent } from '../../../contract/event-views.ts';
import { completeUntil } from '../../../core/deliveries/event-history.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { createPages } from '../http/pages.ts';

type ListEventsDeps = Pick<ApiDeps, 'eventHistory' | 'cursorKey' | 'eventsSettleSeconds' | 'now'>;

export function createListEvents(deps: ListEventsDeps): Handler<'GET /events'> {
  const readPage = createPages(deps);

  return (request) =>
    readPage(request, 'events', async (limit, after) => {
      const { eventType: eventTypes, since, until } = request.query;
      const filter = { eventTypes, since, until };
      const { begun, position } = readPosition(after);
      const complete = begun ?? completeUntil(filter, deps.now(), deps.eventsSettleSeconds);
      const page = await deps.eventHistory.listEvents(request.accountId, filter, limit, position);
      return {
        items: page.items.map(presentEvent),
        next: page.next === undefined ? undefined : `${complete} ${page.next}`,
        others: { completeUntil: complete },
      };
    });
}

/**
 * The position where a page begins, behind the `completeUntil` of the first page: events that are written while a caller
 * turns the pages may belong on a page that he has already.
 */
function readPosition(after: string | undefined): { begun?: string; position?: string } {
  if (after === undefined) return {};
  const end = after.indexOf(' ');
  return { begun: after.slice(0, end), position: after.slice(end + 1) };
}
