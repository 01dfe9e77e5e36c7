import { presentEventType } from '../../../contract/event-views.ts';
import { subscribableCatalog } from '../../../core/events/subscribable-events.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { createPages, pageOf } from '../http/pages.ts';

export function createListEventTypes(deps: Pick<ApiDeps, 'cursorKey'>): Handler<'GET /event-types'> {
  const readPage = createPages(deps);
  const inOrder = subscribableCatalog.map((entry, index) => ({
    entry,
    position: String(index).padStart(4, '0'),
  }));

  return (request) =>
    readPage(request, 'event-types', async (limit, after) => {
      const { items, next } = pageOf(inOrder, ({ position }) => position, { limit, after });
      return { items: items.map(({ entry }) => presentEventType(entry)), next };
    });
}
