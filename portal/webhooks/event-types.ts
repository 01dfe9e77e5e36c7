import { readAll } from '../api/read-all.ts';
import { useResource } from '../api/resource.ts';
import type { ItemOf } from '../api/route-shapes.ts';
import { api } from '../session/session.ts';

export type EventType = ItemOf<'GET /event-types'>;

/** The catalog of event types. */
export function useEventTypes() {
  return useResource('event-types', async (signal) =>
    readAll(async (cursor) => (await api('GET /event-types', { query: { cursor } }, { signal })).body),
  );
}

/** The part before the dot: what an event is about. */
export function familyOf(type: string): string {
  return `${type.slice(0, type.indexOf('.'))}.*`;
}

/** Families in the order of the catalog, each with its types. */
export function groupByFamily(
  types: readonly EventType[],
): readonly (readonly [string, readonly EventType[]])[] {
  const families = [...new Set(types.map(({ type }) => familyOf(type)))];
  return families.map((family) => [family, types.filter(({ type }) => familyOf(type) === family)] as const);
}
