import type { ListedEvent } from './listed-events.ts';
import {
  explainUnfinished,
  type Publication,
  type PublicationResult,
  type PublishRequest,
} from './publication.ts';

export interface OpenRequest extends PublishRequest {
  /** The next event to check, with its place in the list; undefined if there is none. */
  next(): ListedEvent | undefined;
  settle(place: number, result: PublicationResult): void;
  /** Notes the publication at a place, so that its state can be told when time is over. */
  follow(place: number, publication: Publication): void;
  /** One for each event, in the order given. Resolves when the request is over. */
  readonly results: Promise<readonly PublicationResult[]>;
}

export interface RequestOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** One call of `publish`. It is over when every event has a result, in time or because waiting has ended. */
export function openRequest(
  listed: readonly ListedEvent[],
  { timeoutMs, signal }: RequestOptions,
): OpenRequest {
  const results = new Map<number, PublicationResult>();
  const followed = new Map<number, Publication>();
  const whenOver = new Set<() => void>();
  let checked = 0;
  let isOver = false;
  let resolve: (results: readonly PublicationResult[]) => void;
  const promise = new Promise<readonly PublicationResult[]>((resolveResults) => {
    resolve = resolveResults;
  });

  const timer = setTimeout(() => giveUp(`TimeoutError: no result within ${timeoutMs} ms`), timeoutMs);
  const giveUpOnSignal = () => giveUp('AbortError: the signal was aborted');
  signal?.addEventListener('abort', giveUpOnSignal);
  if (signal?.aborted) giveUpOnSignal();
  else endIfComplete();

  return {
    isOver: () => isOver,
    whenOver,
    next: () => (isOver ? undefined : listed[checked++]),
    settle,
    follow: (place, publication) => void followed.set(place, publication),
    results: promise,
  };

  function settle(place: number, result: PublicationResult): void {
    if (isOver || results.has(place)) return;
    results.set(place, result);
    // Its text may take 256 KiB.
    followed.delete(place);
    endIfComplete();
  }

  function giveUp(cause: string): void {
    for (const { place } of listed) {
      if (results.has(place)) continue;
      const explanation = explainUnfinished(followed.get(place), cause);
      results.set(place, { reason: 'unavailable', explanation });
    }
    endIfComplete();
  }

  function endIfComplete(): void {
    if (isOver || results.size < listed.length) return;
    isOver = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUpOnSignal);
    resolve([...results].toSorted(([a], [b]) => a - b).map(([, result]) => result));
    for (const listener of whenOver) listener();
  }
}
