import { splitIntoBatches } from '../../core/batches.ts';

export interface FlushWindow<T> {
  add(item: T): void;
  /** Stores the rest. Returns every item that could not be stored since the start. */
  close(): Promise<ReadonlySet<T>>;
}

/**
 * Stores items together, each at most `waitMs` after it was added. One slow call must not keep its neighbours'
 * results unwritten, because a crash repeats every call whose result is not written. `store` takes `maxCount` items at
 * once and returns those that it could not store. What it rejects is missed, and nothing else.
 */
export function openFlushWindow<T>(
  store: (items: readonly T[]) => Promise<readonly T[]>,
  { waitMs, maxCount }: { readonly waitMs: number; readonly maxCount: number },
  onError: (error: unknown, items: readonly T[]) => void,
): FlushWindow<T> {
  const missed = new Set<T>();
  const flushes: Promise<void>[] = [];
  let pending: T[] = [];
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const batches = splitIntoBatches(pending, () => 0, { maxCount, maxBytes: Infinity });
    pending = [];
    await Promise.all(batches.map(storeTogether));
  }

  async function storeTogether(items: readonly T[]): Promise<void> {
    try {
      for (const item of await store(items)) missed.add(item);
    } catch (error) {
      onError(error, items);
      for (const item of items) missed.add(item);
    }
  }

  return {
    add(item) {
      pending.push(item);
      timer ??= setTimeout(() => flushes.push(flush()), waitMs);
    },
    async close() {
      flushes.push(flush());
      await Promise.all(flushes);
      return missed;
    },
  };
}
