import type { ReadonlySignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { createLiveList, type LiveList } from '../api/live-list.ts';
import type { ApiFailure } from '../api/problem.ts';
import { useResource } from '../api/resource.ts';
import { api } from '../session/session.ts';
import { type Delivery, type DeliveryStatus, mergeDeliveries } from './delivery.ts';

export interface DeliveryFilter {
  readonly status: DeliveryStatus | '';
  readonly eventType: string;
}

export interface DeliveryList extends Omit<LiveList<Delivery>, 'readNewest'> {
  readonly failure: ReadonlySignal<ApiFailure | undefined>;
  readonly refresh: () => Promise<void>;
}

const pageSize = 100;

/** The deliveries of a webhook: the newest are read every few seconds, older ones as somebody scrolls to them. */
export function useDeliveries(subscriptionId: string, filter: DeliveryFilter): DeliveryList {
  const key = `deliveries ${subscriptionId} ${filter.status} ${filter.eventType}`;
  const pages = useMemo(() => createPages(subscriptionId, filter), [key]);
  const { failure, refresh } = useResource(key, pages.readNewest, 2_000);
  return { items: pages.items, hasMore: pages.hasMore, failure, refresh, readMore: pages.readMore };
}

function createPages(id: string, { status, eventType }: DeliveryFilter): LiveList<Delivery> {
  return createLiveList({
    async read(cursor, abort) {
      const request = { path: { id }, query: { status, eventType, cursor, limit: pageSize } };
      return (await api('GET /subscriptions/{id}/deliveries', request, { signal: abort })).body;
    },
    timeOf: ({ acceptedAt }) => acceptedAt,
    merge: mergeDeliveries,
  });
}
