import type { ParkedDelivery } from '../../core/deliveries/delivery.ts';
import { messageFor } from '../../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import type { RetryQueue } from '../../core/deliveries/delivery-queues.ts';
import type { ParkedDeliveries } from '../../core/deliveries/parked-deliveries.ts';
import { release } from '../../core/deliveries/parking-steps.ts';
import { beginProbe, halfOpen, probeDueAt } from '../../core/receivers/breaker.ts';
import { holdBackOf } from '../../core/subscriptions/parking.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { idle, type Planned } from './planned.ts';

export interface ProbingDeps {
  readonly parked: ParkedDeliveries;
  readonly deliveries: Pick<DeliveryLog, 'replaceDelivery'>;
  readonly retries: RetryQueue;
  readonly telemetry: Telemetry;
  readonly leaseMs: number;
  readonly randomBytes: (size: number) => Buffer;
  readonly now: () => Date;
}

/**
 * Deliveries that the receiver can never take must not be the only ones that ask whether it works again. So probes take turns
 * among a few, and every second one is among the newest.
 */
const candidates = 5;

/** Sends the oldest parked delivery to a receiver whose breaker has been open for long enough. */
export function createProbing(deps: ProbingDeps) {
  const { parked, deliveries, retries, telemetry, leaseMs, randomBytes, now } = deps;

  return async function planProbe(subscription: Subscription): Promise<Planned> {
    const { breaker } = subscription.receiver;
    const dueAt = probeDueAt(breaker);
    const isHeld = holdBackOf(subscription, now())?.reason !== 'failing';
    if (!breaker || isHeld || dueAt === undefined || dueAt > now().toISOString()) return idle(subscription);
    const { accountId, id: subscriptionId } = subscription;
    const of = { accountId, subscriptionId };
    const isOld = breaker.openings % 2 === 1;
    const rows = await (isOld ? parked.listParked(of, candidates) : parked.listNewestParked(of, candidates));
    const row = leastTried(rows);
    if (!row) return idle(withBreaker(halfOpen(breaker, now())));
    const probe = randomBytes(12).toString('base64url');
    const next = withBreaker(beginProbe(breaker, probe, now(), leaseMs));
    return { subscription: next, work: () => send(row, probe) };

    function withBreaker(changed: typeof breaker): Subscription {
      return {
        ...subscription,
        receiver: { ...subscription.receiver, ...(changed && { breaker: changed }) },
      };
    }
  };

  async function send(row: ParkedDelivery, probe: string): Promise<void> {
    const next = release(row, { waitMs: 0, dueInMs: leaseMs }, now());
    if (!(await deliveries.replaceDelivery(row, next))) return;
    await retries.sendRetry({ ...messageFor(next), probe }, 0);
    telemetry.count('ProbesSent');
  }
}

/** The first of those that were tried least often. */
function leastTried(rows: readonly ParkedDelivery[]): ParkedDelivery | undefined {
  const fewest = Math.min(...rows.map(({ attemptCount }) => attemptCount));
  return rows.find(({ attemptCount }) => attemptCount === fewest);
}
