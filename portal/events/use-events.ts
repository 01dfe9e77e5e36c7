import type { ReadonlySignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { createLiveList, type LiveList } from '../api/live-list.ts';
import type { ApiFailure } from '../api/problem.ts';
import { useResource } from '../api/resource.ts';
import type { ItemOf } from '../api/route-shapes.ts';
import { api } from '../session/session.ts';

export type PublishedEvent = ItemOf<'GET /events'>;

export interface EventList extends Omit<LiveList<PublishedEvent>, 'readNewest'> {
  readonly failure: ReadonlySignal<ApiFailure | undefined>;
  readonly refresh: () => Promise<void>;
}

const pageSize = 100;

/** The events of the account, or those of one type: the newest are read every few seconds. */
export function useEvents(eventType: string): EventList {
  const key = `events ${eventType}`;
  const pages = useMemo(() => createPages(eventType), [key]);
  const { failure, refresh } = useResource(key, pages.readNewest, 2_500);
  return { items: pages.items, hasMore: pages.hasMore, failure, refresh, readMore: pages.readMore };
}

function createPages(eventType: string): LiveList<PublishedEvent> {
  return createLiveList({
    async read(cursor, abort) {
      const query = { eventType, cursor, limit: pageSize };
      return (await api('GET /events', { query }, { signal: abort })).body;
    },
    timeOf: ({ recordedAt }) => recordedAt,
    merge: mergeEvents,
  });
}

/** In the order of the API's list, each once. Events never change. */
export function mergeEvents(
  known: readonly PublishedEvent[],
  more: readonly PublishedEvent[],
): readonly PublishedEvent[] {
  const byId = new Map([...known, ...more].map((event) => [event.id, event]));
  if (byId.size === known.length) return known;
  return [...byId.values()].sort((one, other) =>
    one.recordedAt === other.recordedAt
      ? one.id < other.id
        ? 1
        : -1
      : one.recordedAt < other.recordedAt
        ? 1
        : -1,
  );
}
