import { type Delivery, messageFor, type WaitingDelivery } from '../../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import type { RetryQueue } from '../../core/deliveries/delivery-queues.ts';
import { sweep, undoSweep } from '../../core/deliveries/delivery-steps.ts';
import type { DueIndex } from '../../core/deliveries/due-index.ts';
import type { Telemetry } from '../../core/telemetry.ts';

export interface SweeperDeps {
  readonly dueIndex: DueIndex;
  readonly deliveries: DeliveryLog;
  readonly retries: RetryQueue;
  readonly telemetry: Telemetry;
  /** How long a delivery that was sent counts as on its way. After that it is due again. */
  readonly leaseMs: number;
  /** The time over which one sweep spreads what it sends to a subscription. Well below the lease. */
  readonly spreadSeconds: number;
  readonly now: () => Date;
}

/**
 * The sweeper postpones this many rows before it sends any of them. A crash in between delays only these rows, by a
 * lease.
 */
const pageSize = 100;

/** Per subscription. An outage must not end in one wave of everything that has piled up. */
const sentPerSecond = 10;

/**
 * Sends every due delivery to the retry queue. A delivery is due at the end of a long gap between attempts, when the
 * holder of its claim died, or when its message was never sent or got lost.
 */
export function createSweeper(deps: SweeperDeps) {
  const { telemetry } = deps;

  /** Called by AWS once a minute. `remainingMs` tells how much time is left. The rest waits for the next sweep. */
  return async function sweepDueDeliveries(remainingMs: () => number): Promise<void> {
    const shards = Array.from({ length: deps.dueIndex.shardCount }, (_, shard) => shard);
    const nextDelay = createSpread(deps.spreadSeconds);
    const results = await Promise.allSettled(
      shards.map((shard) => sweepShard(shard, nextDelay, remainingMs)),
    );
    for (const result of results) {
      if (result.status === 'rejected') telemetry.error('sweep.failed', { error: result.reason });
    }
  };

  async function sweepShard(shard: number, nextDelay: Spread, remainingMs: () => number): Promise<void> {
    while (remainingMs() > 10_000) {
      const due = await deps.dueIndex.listDue(shard, deps.now(), pageSize);
      const sent = await sendDue(due, nextDelay);
      // Nothing of a full page was sent. Either only the index still shows these rows, or SQS does not accept
      // messages.
      if (due.length < pageSize || sent === 0) return;
    }
  }

  async function sendDue(due: readonly Delivery[], nextDelay: Spread): Promise<number> {
    const swept = (await Promise.all(due.map(recordSweep))).flat();
    const retries = swept.map((row) => ({ row, message: messageFor(row), delaySeconds: nextDelay(row) }));
    const refused = await deps.retries.sendRetries(retries);
    const causes = new Map(refused.map(({ message, cause }) => [message, cause]));
    const unsent = retries.filter(({ message }) => causes.has(message));
    await Promise.all(unsent.map(({ row, message }) => recordUnsent(row, causes.get(message))));
    const sent = retries.length - unsent.length;
    telemetry.count('DeliveriesSwept', sent);
    return sent;
  }

  /** A row that cannot be written must not stop its neighbours, which are already postponed, from being sent. */
  async function recordSweep(row: Delivery): Promise<WaitingDelivery[]> {
    const next = sweep(row, deps.now(), deps.leaseMs);
    try {
      return next && (await deps.deliveries.replaceDelivery(row, next)) ? [next] : [];
    } catch (error) {
      telemetry.error('sweep.failed', { eventId: row.eventId, error });
      return [];
    }
  }

  async function recordUnsent(row: WaitingDelivery, cause: unknown): Promise<void> {
    telemetry.error('sweep.failed', { eventId: row.eventId, error: cause });
    try {
      await deps.deliveries.replaceDelivery(row, undoSweep(row));
    } catch (error) {
      telemetry.error('sweep.failed', { eventId: row.eventId, error });
    }
  }
}

/** How long the next delivery of a subscription waits, in seconds. */
type Spread = (delivery: Delivery) => number;

/** Spreads deliveries evenly over the time, `sentPerSecond` at a time. */
function createSpread(spreadSeconds: number): Spread {
  const counts = new Map<string, number>();
  return ({ accountId, subscriptionId }) => {
    const key = `${accountId} ${subscriptionId}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return Math.floor(count / sentPerSecond) % (spreadSeconds + 1);
  };
}
