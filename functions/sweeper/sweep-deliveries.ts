import { type Delivery, messageFor, type WaitingDelivery } from '../../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import type { RetryQueue } from '../../core/deliveries/delivery-queues.ts';
import { sweep, undoSweep } from '../../core/deliveries/delivery-steps.ts';
import type { Telemetry } from '../../core/telemetry.ts';

export interface DeliverySweepDeps {
  readonly deliveries: Pick<DeliveryLog, 'replaceDelivery'>;
  readonly retries: RetryQueue;
  readonly telemetry: Telemetry;
  /** How long a delivery that was sent counts as on its way. After that it is due again. */
  readonly leaseMs: number;
  /** The time over which one sweep spreads what it sends to a subscription. Well below the lease. */
  readonly spreadSeconds: number;
  readonly now: () => Date;
}

/** Per subscription. An outage must not end in one wave of everything that has piled up. */
const sentPerSecond = 10;

/**
 * Sends due deliveries to the retry queue. A delivery is due at the end of a long gap between attempts, when the holder of
 * its claim died, when its message was never sent or got lost, or when its horizon has ended while it was parked.
 */
export function createDeliverySweep(deps: DeliverySweepDeps) {
  const { telemetry } = deps;

  /** Begins one sweep. What it returns sends a page of due deliveries, and tells how many. */
  return function startSweep() {
    const nextDelay = createSpread(deps.spreadSeconds);
    return (due: readonly Delivery[]) => sendDue(due, nextDelay);
  };

  async function sendDue(due: readonly Delivery[], nextDelay: Spread): Promise<number> {
    if (due.length === 0) return 0;
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
