import { LRUCache } from 'lru-cache';
import type { DeliveryInWork } from '../../core/deliveries/delivery.ts';
import {
  maxPlaces,
  type NoPlace,
  type PlaceAnswer,
  type PlaceCount,
  type PlaceSettings,
  type PlaceStore,
  placeWindows,
} from '../../core/deliveries/places.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { Ending } from './ending.ts';

export interface PlaceDeps {
  readonly places: PlaceStore;
  readonly settings: PlaceSettings & { readonly queueMarginSeconds: number };
  readonly telemetry: Telemetry;
  readonly now: () => Date;
  readonly random: () => number;
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

/** So many of an account's places may stay with sandboxes. With one or two places, others would wait for a sandbox that rests. */
function fewPlaces(cap: number): number {
  return cap < 3 ? 0 : Math.max(1, cap / 8);
}

/** The places that one batch holds. */
export interface BatchPlaces {
  /**
   * Makes a call if the delivery's account has a place. All calls of an account in a batch share one, and it is given
   * back when the last of them is over. A first attempt without a place goes to the retry queue, and a later one waits.
   */
  holdPlace(work: DeliveryInWork, call: () => Promise<Ending>): Promise<Ending>;
  /** Resolves when everything that was taken is given back. */
  close(): Promise<void>;
}

/** The place that the calls of an account share. */
interface Share {
  readonly place: Promise<Place>;
  calls: number;
}

type Place =
  | { readonly isFree: true; readonly toGiveBack: readonly PlaceCount[] }
  | { readonly isFree: false };

/** Where a place was given back within this time, another may soon be: calls are quick. */
const quickForMs = 1_000;

/** Where a place was taken within this time, it may soon be given back: its calls have just begun, and may be quick. */
const begunForMs = 250;

/** Between the questions of a batch that waits for a place, in milliseconds. Together about half a second. */
const pausesMs = [25, 50, 100, 100, 100, 100];

/** Where nothing moves, what has been asked in vain is not asked again for so long. */
const stuckForMs = 1_000;

/** How long deliveries without a place wait. */
const shortestWaitMs = 1_000;
const longestWaitMs = 30_000;

/**
 * Keeps one account's receivers from taking all places of a queue. While an account has taken few, a sandbox keeps its
 * place for the rest of the window, or of the next one if it has taken a place there too. So a quiet account costs one
 * write for each sandbox and window. Beyond that, a place is given back when the account's calls are over.
 */
export function createPlaces(deps: PlaceDeps) {
  const { places, settings, telemetry, now, random, pause } = deps;
  const cap = maxPlaces(settings);
  const few = fewPlaces(cap);
  /** By queue and account: when this sandbox's place ends. */
  const keptUntilMs = new LRUCache<string, number>({ max: 10_000 });
  const stuckUntilMs = new LRUCache<string, number>({ max: 10_000 });
  const isNow = (until: LRUCache<string, number>, key: string) => (until.get(key) ?? 0) > now().getTime();

  return function openBatch(queue: string): BatchPlaces {
    const shares = new Map<string, Share>();
    const returns: Promise<void>[] = [];

    async function takePlace(accountId: string): Promise<Place> {
      const key = `${queue} ${accountId}`;
      if (isNow(keptUntilMs, key)) return { isFree: true, toGiveBack: [] };
      if (isNow(stuckUntilMs, key)) return { isFree: false };
      const windows = placeWindows(settings, now());
      const current = { queue, accountId, window: windows.current };
      const toGiveBack: PlaceCount[] = [];
      try {
        const answer = await ask(current);
        if (!answer.isFree) {
          if (!isMoving(answer)) stuckUntilMs.set(key, now().getTime() + stuckForMs);
          return { isFree: false };
        }
        toGiveBack.push(current);
        let { taken } = answer;
        if (windows.next) {
          const next = { queue, accountId, window: windows.next };
          taken = Math.max(taken, await takeAnyway(next));
          toGiveBack.push(next);
        }
        if (taken > few) return { isFree: true, toGiveBack };
        keptUntilMs.set(key, (windows.next ?? current.window).endMs);
        return { isFree: true, toGiveBack: [] };
      } catch (error) {
        // A fault of ours must not stop deliveries. Without the count, the account is not limited.
        telemetry.error('place.uncounted', { accountId, error });
      }
      return { isFree: true, toGiveBack };
    }

    async function giveBack({ place }: Share): Promise<void> {
      const held = await place;
      for (const count of held.isFree ? held.toGiveBack : []) {
        try {
          await places.returnPlace(count, now());
        } catch (error) {
          // It is free again when its window has passed.
          telemetry.error('place.uncounted', { accountId: count.accountId, error });
        }
      }
    }

    return {
      async holdPlace(work, call) {
        const { accountId } = work.message;
        const share = shares.get(accountId) ?? { place: takePlace(accountId), calls: 0 };
        shares.set(accountId, share);
        share.calls += 1;
        try {
          const place = await share.place;
          return place.isFree ? await call() : waitWithout(work);
        } finally {
          share.calls -= 1;
          if (share.calls === 0) {
            shares.delete(accountId);
            returns.push(giveBack(share));
          }
        }
      },

      async close() {
        await Promise.all(returns);
      },
    };
  };

  /** Returns how many are taken with this one. */
  async function takeAnyway(count: PlaceCount): Promise<number> {
    const answer = await places.takePlace(count, undefined, now());
    return answer.isFree ? answer.taken : Infinity;
  }

  /** Waits for a place only where places come and go. Where calls hang, a wait would hold this batch up as well. */
  async function ask(count: PlaceCount): Promise<PlaceAnswer> {
    let answer = await places.takePlace(count, cap, now());
    for (const pauseMs of pausesMs) {
      if (answer.isFree || !isMoving(answer)) return answer;
      await pause(pauseMs * (0.5 + random()));
      answer = await places.takePlace(count, cap, now());
    }
    return answer;
  }

  function isMoving({ takenAtMs, returnedAtMs }: NoPlace): boolean {
    const nowMs = now().getTime();
    return nowMs - returnedAtMs < quickForMs || nowMs - takenAtMs < begunForMs;
  }

  /** For a time that grows with the delivery's age. */
  function waitWithout({ message, claimed }: DeliveryInWork): Ending {
    const ageMs = now().getTime() - Date.parse(message.acceptedAt);
    const waitMs = Math.min(Math.max(ageMs / 4, shortestWaitMs), longestWaitMs) * (1 + random());
    if (!claimed) return { kind: 'deferred', delaySeconds: Math.ceil(waitMs / 1_000) };
    const times = { waitMs, dueInMs: waitMs + settings.queueMarginSeconds * 1_000 };
    return { kind: 'postponed', limit: 'places', times, turn: message.turn, byQueue: true };
  }
}
