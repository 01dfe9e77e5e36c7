import { type ReadonlySignal, signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { ApiFailure } from '../api/problem.ts';
import { useResource } from '../api/resource.ts';
import type { ItemOf } from '../api/route-shapes.ts';
import { api } from '../session/session.ts';

export type PublishedEvent = ItemOf<'GET /events'>;

export interface EventList {
  /** Newest first. Undefined until the first page is read. */
  readonly items: ReadonlySignal<readonly PublishedEvent[] | undefined>;
  readonly hasMore: ReadonlySignal<boolean>;
  readonly failure: ReadonlySignal<ApiFailure | undefined>;
  readonly refresh: () => Promise<void>;
  readonly readMore: () => void;
}

const pageSize = 100;

/** The events of the account, or those of one type: the newest are read every few seconds. */
export function useEvents(eventType: string): EventList {
  const key = `events ${eventType}`;
  const pages = useMemo(() => createPages(eventType), [key]);
  const { failure, refresh } = useResource(key, pages.readNewest, 2_500);
  return { items: pages.items, hasMore: pages.hasMore, failure, refresh, readMore: pages.readMore };
}

function createPages(eventType: string) {
  const items = signal<readonly PublishedEvent[] | undefined>(undefined);
  const hasMore = signal(false);
  let cursor: string | undefined;
  let isReading = false;

  return { items, hasMore, readNewest, readMore: () => void readMore() };

  async function read(from: string | undefined, abort?: AbortSignal) {
    const query = { eventType, cursor: from, limit: pageSize };
    return (await api('GET /events', { query }, { signal: abort })).body;
  }

  async function readNewest(abort: AbortSignal) {
    const page = await read(undefined, abort);
    if (items.value === undefined) {
      cursor = page.nextCursor ?? undefined;
      hasMore.value = cursor !== undefined;
    }
    items.value = mergeEvents(items.value ?? [], page.items);
    return page;
  }

  async function readMore(): Promise<void> {
    if (isReading || cursor === undefined) return;
    isReading = true;
    try {
      const page = await read(cursor);
      cursor = page.nextCursor ?? undefined;
      hasMore.value = cursor !== undefined;
      items.value = mergeEvents(items.value ?? [], page.items);
    } catch {
      // It is tried again with the next look at the newest ones.
    } finally {
      isReading = false;
    }
  }
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
