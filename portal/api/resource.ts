import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { ApiFailure } from './problem.ts';

/** Something that the page shows and reads again now and then. */
export interface Resource<Value> {
  /** The latest that was read; stays while later reads fail. */
  readonly value: ReadonlySignal<Value | undefined>;
  /** Why the latest read failed. */
  readonly failure: ReadonlySignal<ApiFailure | undefined>;
  /** Reads at once. */
  refresh(): Promise<void>;
}

/** What was read under a key is shown at once when its owner comes back to it. */
const remembered = new Map<string, unknown>();
const maxRemembered = 40;

/**
 * Reads now, and every `everyMs` while the page is visible. A hidden page asks for nothing, and asks at once when it is
 * seen again. Another `key` is another thing; without one, nothing is read.
 */
export function useResource<Value>(
  key: string | undefined,
  read: (signal: AbortSignal) => Promise<Value>,
  everyMs = 0,
): Resource<Value> {
  const watch = useMemo(() => createWatch(key, read, everyMs), [key, everyMs]);
  watch.read = read;
  useEffect(() => watch.start(), [watch]);
  return watch;
}

function createWatch<Value>(
  key: string | undefined,
  read: (signal: AbortSignal) => Promise<Value>,
  everyMs: number,
) {
  const value = signal(key === undefined ? undefined : (remembered.get(key) as Value | undefined));
  const failure = signal<ApiFailure | undefined>(undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;
  let isStopped = true;

  const watch = {
    value,
    failure,
    read,
    refresh,
    start(): () => void {
      isStopped = false;
      const onVisible = () => void (document.hidden ? clearTimeout(timer) : refresh());
      if (everyMs > 0) document.addEventListener('visibilitychange', onVisible);
      void refresh();
      return () => {
        isStopped = true;
        clearTimeout(timer);
        running?.abort();
        document.removeEventListener('visibilitychange', onVisible);
      };
    },
  };
  return watch;

  async function refresh(): Promise<void> {
    if (key === undefined) return;
    clearTimeout(timer);
    running?.abort();
    const mine = new AbortController();
    running = mine;
    try {
      const next = await watch.read(mine.signal);
      if (mine.signal.aborted) return;
      remember(key, next);
      value.value = next;
      failure.value = undefined;
    } catch (error) {
      if (mine.signal.aborted) return;
      failure.value = error instanceof ApiFailure ? error : new ApiFailure('unknown');
      if (!(error instanceof ApiFailure)) console.error(error);
    }
    if (everyMs > 0 && !isStopped && !document.hidden) {
      timer = setTimeout(() => void refresh(), everyMs * (failure.value ? 3 : 1));
    }
  }
}

function remember(key: string, value: unknown): void {
  remembered.delete(key);
  remembered.set(key, value);
  const [oldest] = remembered.keys();
  if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest);
}

/** Nothing of a session is shown to the next one. */
export function forgetAll(): void {
  remembered.clear();
}
