import * as z from 'zod';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { type ApiResponse, respondJson } from './http.ts';

/** The catalog, for whoever chooses what to subscribe to. */
export async function listEventTypes(): Promise<ApiResponse> {
  const items = eventCatalog.map(({ type, name, summary, data, example }) => ({
    type,
    name,
    summary,
    dataSchema: z.toJSONSchema(data, { io: 'input' }),
    example,
  }));
  return respondJson(200, { items, nextCursor: null });
}
