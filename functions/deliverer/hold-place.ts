import { LRUCache } from 'lru-cache';
import type { DeliveryInWork } from '../../core/deliveries/delivery.ts';
import {
  maxPlaces,
  type PlaceCount,
  type PlaceSettings,
  type PlaceStore,
  placeWindowMs,
} from '../../core/deliveries/places.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { Ending } from './ending.ts';

export interface PlaceDeps {
  readonly places: PlaceStore;
  readonly settings: PlaceSettings & { readonly queueMarginSeconds: number };
  readonly telemetry: Telemetry;
  readonly now: () => Date;
  readonly random: () => number;
}

/** The places that one batch holds. */
export interface BatchPlaces {
  /**
   * Lets a delivery through if its account has a place. All deliveries of an account in a batch share one. A first
   * attempt without a place goes to the retry queue, and a later one waits.
   */
  hold(work: DeliveryInWork): Promise<Ending | undefined>;
  /** Called when all calls of the batch are over. */
  giveBack(): Promise<void>;
}

/** What has been asked in vain is not asked again for so long. */
const fullForMs = 1_000;

/** The shortest wait of a deferred first attempt that finds no place in the retry queue either. */
const shortestWaitMs = 5_000;

/**
 * Keeps an account's slow receivers from taking all places of a queue. While an account has taken less than half of
 * what it may, a sandbox keeps its place for the whole window. So a quiet account costs one write for each sandbox and
 * window. Beyond that, a place is given back after each batch.
 */
export function createPlaces(deps: PlaceDeps) {
  const { places, settings, telemetry, now, random } = deps;
  const cap = maxPlaces(settings);
  const windowMs = placeWindowMs(settings);
  /** By queue and account: the start of the window for which this sandbox keeps its place. */
  const kept = new LRUCache<string, number>({ max: 10_000 });
  const fullUntilMs = new LRUCache<string, number>({ max: 10_000 });

  return function openBatch(queue: string): BatchPlaces {
    const held = new Map<string, Promise<boolean>>();
    const toGiveBack: PlaceCount[] = [];

    async function take(accountId: string): Promise<boolean> {
      const nowMs = now().getTime();
      const key = `${queue} ${accountId}`;
      const windowStartMs = nowMs - (nowMs % windowMs);
      if (kept.get(key) === windowStartMs) return true;
      if ((fullUntilMs.get(key) ?? 0) > nowMs) return false;
      const count = { queue, accountId, windowStartMs, windowMs };
      try {
        const taken = await places.takePlace(count, cap);
        if (taken === undefined) fullUntilMs.set(key, nowMs + fullForMs);
        else if (taken <= cap / 2) kept.set(key, windowStartMs);
        else toGiveBack.push(count);
        return taken !== undefined;
      } catch (error) {
        // A fault of ours must not stop deliveries. Without the count, the account is not limited.
        telemetry.error('place.uncounted', { accountId, error });
        return true;
      }
    }

    return {
      async hold(work) {
        const { accountId } = work.message;
        const place = held.get(accountId) ?? take(accountId);
        held.set(accountId, place);
        return (await place) ? undefined : wait(work);
      },

      async giveBack() {
        await Promise.all(
          toGiveBack.map((count) =>
            // If it is not given back, it is free again when its window has passed.
            places.returnPlace(count).catch((error: unknown) => {
              telemetry.error('place.uncounted', { accountId: count.accountId, error });
            }),
          ),
        );
      },
    };
  };

  function wait({ message, claimed }: DeliveryInWork): Ending {
    if (!claimed) return { kind: 'deferred' };
    // The first row of this delivery: its message was deferred just now and may come back by the queue once. After
    // that the sweeper sends it. Lambda stops a message that goes from function to queue too often.
    const byQueue = claimed.version === 1;
    const waitMs = (byQueue ? shortestWaitMs : windowMs) * (1 + random());
    const dueInMs = waitMs + (byQueue ? settings.queueMarginSeconds * 1_000 : 0);
    return { kind: 'postponed', limit: 'places', times: { waitMs, dueInMs }, turn: message.turn, byQueue };
  }
}
