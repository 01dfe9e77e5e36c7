import { presentEventType } from '../../../contract/event-views.ts';
import { eventCatalog } from '../../../core/events/event-catalog.ts';
import type { Handler } from '../http/handler.ts';

export function createListEventTypes(): Handler<'GET /event-types'> {
  return async () => ({ body: { items: eventCatalog.map(presentEventType), nextCursor: null } });
}
