import type { ReadonlySignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { createLiveList, type LiveList } from '../api/live-list.ts';
import type { ApiFailure } from '../api/problem.ts';
import { useResource } from '../api/resource.ts';
import { api } from '../session/session.ts';
import type { Entry } from './entry.ts';

export interface ChangeList extends Omit<LiveList<Entry>, 'readNewest'> {
  readonly failure: ReadonlySignal<ApiFailure | undefined>;
  readonly refresh: () => Promise<void>;
}

const pageSize = 20;

/** The audit log of one webhook. It is read again when the webhook has changed, and now and then. */
export function useChanges(subscriptionId: string, updatedAt: string): ChangeList {
  const pages = useMemo(() => createPages(subscriptionId), [subscriptionId]);
  const key = `changes ${subscriptionId} ${updatedAt}`;
  const { failure, refresh } = useResource(key, pages.readNewest, 10_000);
  return { items: pages.items, hasMore: pages.hasMore, failure, refresh, readMore: pages.readMore };
}

function createPages(subscriptionId: string): LiveList<Entry> {
  return createLiveList({
    async read(cursor, abort) {
      const query = { subscriptionId, cursor, limit: pageSize };
      return (await api('GET /audit-log', { query }, { signal: abort })).body;
    },
    timeOf: ({ at }) => at,
    merge: mergeEntries,
  });
}

/** In the order of the API's list, each once. Entries never change, and have no id. */
export function mergeEntries(known: readonly Entry[], more: readonly Entry[]): readonly Entry[] {
  const byText = new Map([...known, ...more].map((entry) => [JSON.stringify(entry), entry]));
  if (byText.size === known.length) return known;
  return [...byText.values()].sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
}
