import { messageFor, takeUp } from '../core/delivery.ts';
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
      // A page without any has been taken up already, and only the index does not show it yet.
      if (due.length < pageSize || sent === 0) return;
    }
  }

  async function sendDue(due: Awaited<ReturnType<DueIndex['listDue']>>): Promise<number> {
    const taken = await Promise.all(
      due.map(async (row) => {
        const next = takeUp(row, deps.now(), deps.leaseMs);
        return next && (await deps.deliveries.replaceDelivery(row, next)) ? [messageFor(next)] : [];
      }),
    );
    const messages = taken.flat();
    const refused = await deps.queue.sendRetries(messages);
    for (const { message, cause } of refused) {
      telemetry.error('sweep.failed', { eventId: message.eventId, error: cause });
    }
    telemetry.count('DeliveriesSwept', messages.length);
    return messages.length;
  }
}
