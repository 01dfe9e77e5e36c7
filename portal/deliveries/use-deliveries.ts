import { type ReadonlySignal, signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { ApiFailure } from '../api/problem.ts';
import { useResource } from '../api/resource.ts';
import { api } from '../session/session.ts';
import { type Delivery, type DeliveryStatus, mergeDeliveries } from './delivery.ts';

export interface DeliveryFilter {
  readonly status: DeliveryStatus | '';
  readonly eventType: string;
}

export interface DeliveryList {
  /** Newest first. Undefined until the first page is read. */
  readonly items: ReadonlySignal<readonly Delivery[] | undefined>;
  readonly hasMore: ReadonlySignal<boolean>;
  readonly failure: ReadonlySignal<ApiFailure | undefined>;
  readonly refresh: () => Promise<void>;
  /** Reads the next page, unless one is being read. */
  readonly readMore: () => void;
}

const pageSize = 100;

/** The deliveries of a webhook: the newest are read every few seconds, older ones as somebody scrolls to them. */
export function useDeliveries(subscriptionId: string, filter: DeliveryFilter): DeliveryList {
  const key = `deliveries ${subscriptionId} ${filter.status} ${filter.eventType}`;
  const pages = useMemo(() => createPages(subscriptionId, filter), [key]);
  const { failure, refresh } = useResource(key, pages.readNewest, 2_000);
  return { items: pages.items, hasMore: pages.hasMore, failure, refresh, readMore: pages.readMore };
}

function createPages(subscriptionId: string, { status, eventType }: DeliveryFilter) {
  const items = signal<readonly Delivery[] | undefined>(undefined);
  const hasMore = signal(false);
  let cursor: string | undefined;
  let isReading = false;

  return { items, hasMore, readNewest, readMore: () => void readMore() };

  async function read(from: string | undefined, abort?: AbortSignal) {
    const query = { status, eventType, cursor: from, limit: pageSize };
    const request = { path: { id: subscriptionId }, query };
    return (await api('GET /subscriptions/{id}/deliveries', request, { signal: abort })).body;
  }

  async function readNewest(abort: AbortSignal) {
    const page = await read(undefined, abort);
    const known = items.value;
    // What no longer fits the filter is in no page any more. Only what stands in the page is known to be so still.
    const [oldest] = page.items.slice(-1);
    const older = known?.filter(({ acceptedAt }) => oldest && acceptedAt < oldest.acceptedAt) ?? [];
    items.value = mergeDeliveries(page.nextCursor === null ? [] : older, page.items);
    if (known === undefined) {
      cursor = page.nextCursor ?? undefined;
      hasMore.value = cursor !== undefined;
    }
    return page;
  }

  async function readMore(): Promise<void> {
    if (isReading || cursor === undefined) return;
    isReading = true;
    try {
      const page = await read(cursor);
      cursor = page.nextCursor ?? undefined;
      hasMore.value = cursor !== undefined;
      items.value = mergeDeliveries(items.value ?? [], page.items);
    } catch {
      // It is tried again with the next look at the newest ones.
    } finally {
      isReading = false;
    }
  }
}
