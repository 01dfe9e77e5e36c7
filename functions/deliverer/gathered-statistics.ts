import { LRUCache } from 'lru-cache';
import type { Attempt, DeliveryRef } from '../../core/deliveries/delivery.ts';
import type { RetryDecision } from '../../core/deliveries/retry-policy.ts';
import { addTallies, emptyTally, hourOf, tallyAttempt } from '../../core/deliveries/statistics.ts';
import type { StatisticsPart } from '../../core/deliveries/statistics-log.ts';

export interface GatheredStatisticsDeps {
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

/** A part as the sandbox holds it. */
export interface GatheredPart extends StatisticsPart {
  tally: StatisticsPart['tally'];
  writtenAtMs: number;
}

export interface GatheredStatistics {
  /** Counts for the hour in which the attempt ended. */
  count(ref: DeliveryRef, attempt: Attempt, decision: RetryDecision): void;
  /** What is to be written with the results of a batch of so many messages. */
  take(batchSize: number): GatheredPart[];
  /** Takes back what could not be written. It comes again with the next batch. */
  putBack(part: GatheredPart): void;
}

/** A batch of this size says that more messages are waiting. */
const fullBatch = 10;

/** While batches are full, the same part is not written again for so long. */
const writtenForMs = 5_000;

/** How many parts may wait to be written. */
const maxUnwritten = 1_000;

/**
 * The statistics of one sandbox, across its batches. Lambda runs nothing between invocations, so no timer can write what
 * is held. While batches are full, another one follows at once, and may write it. A batch with room left may be the last
 * for hours: everything is written with it.
 */
export function gatherStatistics({ now, randomBytes }: GatheredStatisticsDeps): GatheredStatistics {
  /** By subscription: the part of the current hour. A part that is forgotten is followed by another one. */
  const parts = new LRUCache<string, GatheredPart>({ max: 10_000 });
  const unwritten = new Set<GatheredPart>();

  function partOf({ accountId, subscriptionId }: DeliveryRef): GatheredPart {
    const key = `${accountId} ${subscriptionId}`;
    const hour = hourOf(now());
    const known = parts.get(key);
    if (known?.hour === hour) return known;
    const id = randomBytes(9).toString('base64url');
    const part: GatheredPart = {
      accountId,
      subscriptionId,
      hour,
      id,
      tally: emptyTally,
      writtenAtMs: -Infinity,
    };
    parts.set(key, part);
    return part;
  }

  return {
    count(ref, { outcome }, decision) {
      const part = partOf(ref);
      part.tally = addTallies(part.tally, tallyAttempt(outcome, decision));
      unwritten.add(part);
    },

    take(batchSize) {
      const nowMs = now().getTime();
      const isAnotherComing = batchSize >= fullBatch && unwritten.size < maxUnwritten;
      const due = [...unwritten].filter(
        ({ writtenAtMs }) => !isAnotherComing || nowMs - writtenAtMs >= writtenForMs,
      );
      for (const part of due) {
        part.writtenAtMs = nowMs;
        unwritten.delete(part);
      }
      return due;
    },

    putBack(part: GatheredPart) {
      part.writtenAtMs = -Infinity;
      unwritten.add(part);
    },
  };
}
