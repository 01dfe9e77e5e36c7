import { type ReadonlySignal, signal } from '@preact/signals';

interface Page<Item> {
  /** Newest first. */
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

interface LiveListDeps<Item> {
  readonly read: (cursor: string | undefined, abort?: AbortSignal) => Promise<Page<Item>>;
  /** By this time the list is sorted. */
  readonly timeOf: (item: Item) => string;
  /** Both in one list, newest first, each item once. `fresh` says more about the same ones. */
  readonly merge: (known: readonly Item[], fresh: readonly Item[]) => readonly Item[];
}

export interface LiveList<Item> {
  /** Newest first. Undefined until the first page is read. */
  readonly items: ReadonlySignal<readonly Item[] | undefined>;
  readonly hasMore: ReadonlySignal<boolean>;
  /** Reads the newest page. */
  readonly readNewest: (abort: AbortSignal) => Promise<Page<Item>>;
  /** Reads the next page, unless one is being read. */
  readonly readMore: () => void;
}

/**
 * A long list whose newest page is read again and again, and older pages as somebody scrolls to them. If more has come
 * than the newest page holds, as after a while in which the browser showed another tab, the list begins anew: what lies in
 * between is read like any older page.
 */
export function createLiveList<Item>({ read, timeOf, merge }: LiveListDeps<Item>): LiveList<Item> {
  const items = signal<readonly Item[] | undefined>(undefined);
  const hasMore = signal(false);
  let cursor: string | undefined;
  let isReading = false;

  return { items, hasMore, readNewest, readMore: () => void readMore() };

  function goOnAt(next: string | null): void {
    cursor = next ?? undefined;
    hasMore.value = cursor !== undefined;
  }

  async function readNewest(abort: AbortSignal): Promise<Page<Item>> {
    const page = await read(undefined, abort);
    const known = items.value;
    if (known && reaches(page, known)) {
      items.value = merge(olderThan(page, known), page.items);
    } else {
      items.value = page.items;
      goOnAt(page.nextCursor);
    }
    return page;
  }

  function reaches({ items: newest, nextCursor }: Page<Item>, [first]: readonly Item[]): boolean {
    if (nextCursor === null) return false;
    const last = newest.at(-1);
    // A filter may leave nothing of a page.
    return last === undefined || (first !== undefined && timeOf(last) <= timeOf(first));
  }

  /** What no longer fits a filter is in no page any more. Only what stands in the page is known to be so still. */
  function olderThan({ items: newest }: Page<Item>, known: readonly Item[]): readonly Item[] {
    const last = newest.at(-1);
    return last ? known.filter((item) => timeOf(item) <= timeOf(last)) : known;
  }

  async function readMore(): Promise<void> {
    if (isReading || cursor === undefined) return;
    isReading = true;
    const from = cursor;
    try {
      const page = await read(from);
      // The list may have begun anew.
      if (cursor !== from) return;
      goOnAt(page.nextCursor);
      items.value = merge(items.value ?? [], page.items);
    } catch {
      // It is tried again with the next look at the newest ones.
    } finally {
      isReading = false;
    }
  }
}
