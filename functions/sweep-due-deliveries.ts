import { type Delivery, type DeliveryMessage, messageFor, takeUp } from '../core/delivery.ts';
import type { DeliveryLog, DeliveryQueue, DueIndex } from '../core/ports.ts';
import type { Telemetry } from './telemetry.ts';

export interface SweeperDeps {
  readonly dueIndex: DueIndex;
  readonly deliveries: DeliveryLog;
  readonly queue: DeliveryQueue;
  readonly telemetry: Telemetry;
  /** How long a delivery that was sent has until it counts as due again. */
  readonly leaseMs: number;
  readonly now: () => Date;
}

/** Rows that are taken up before any of them is sent: a crash in between delays no more than these by a lease. */
const pageSize = 100;

/**
 * Sends every delivery that is due to the retry queue: long gaps, claims whose holder died, and messages that were
 * never sent or got lost.
 */
export function createSweeper(deps: SweeperDeps) {
  const { telemetry } = deps;

  /** Called by AWS once a minute. `remainingMs` says how long it may go on; what is left waits for the next time. */
  return async function sweep(remainingMs: () => number): Promise<void> {
    const shards = Array.from({ length: deps.dueIndex.shardCount }, (_, shard) => shard);
    const results = await Promise.allSettled(shards.map((shard) => sweepShard(shard, remainingMs)));
    for (const result of results) {
      if (result.status === 'rejected') telemetry.error('sweep.failed', { error: result.reason });
    }
  };

  async function sweepShard(shard: number, remainingMs: () => number): Promise<void> {
    while (remainingMs() > 10_000) {
      const due = await deps.dueIndex.listDue(shard, deps.now(), pageSize);
      const sent = await sendDue(due);
      // A full page of which nothing was sent is one that only the index still shows, or that SQS does not take.
      if (due.length < pageSize || sent === 0) return;
    }
  }

  async function sendDue(due: readonly Delivery[]): Promise<number> {
    const taken = await Promise.all(due.map(takeUpOne));
    const messages = taken.flat();
    const refused = await deps.queue.sendRetries(messages);
    for (const { message, cause } of refused) {
      telemetry.error('sweep.failed', { eventId: message.eventId, error: cause });
    }
    const sent = messages.length - refused.length;
    telemetry.count('DeliveriesSwept', sent);
    return sent;
  }

  /** A row that cannot be written keeps none of its neighbours, which are postponed already, from being sent. */
  async function takeUpOne(row: Delivery): Promise<DeliveryMessage[]> {
    const next = takeUp(row, deps.now(), deps.leaseMs);
    try {
      return next && (await deps.deliveries.replaceDelivery(row, next)) ? [messageFor(next)] : [];
    } catch (error) {
      telemetry.error('sweep.failed', { eventId: row.eventId, error });
      return [];
    }
  }
}
