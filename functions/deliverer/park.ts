import { LRUCache } from 'lru-cache';
import type { DeliveryInWork, ParkedDelivery } from '../../core/deliveries/delivery.ts';
import { messageFor } from '../../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import type { RetryQueue } from '../../core/deliveries/delivery-queues.ts';
import { park, release } from '../../core/deliveries/parking-steps.ts';
import type { RetryPolicy } from '../../core/deliveries/retry-policy.ts';
import { isForgotten, withRelease } from '../../core/subscriptions/holding.ts';
import { holdBackOf, type ParkReason } from '../../core/subscriptions/parking.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { SubscriptionLookup, SubscriptionWriter } from '../../core/subscriptions/subscription-store.ts';
import type { Telemetry } from '../../core/telemetry.ts';

export interface ParkingDeps {
  readonly deliveries: DeliveryLog;
  readonly retries: RetryQueue;
  readonly subscriptions: SubscriptionWriter;
  /** Reads past every cache. */
  readonly storedSubscriptions: SubscriptionLookup;
  readonly settings: RetryPolicy;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
}

/** Others write to a subscription too, but each of them once. */
const maxTries = 10;

/**
 * Parks deliveries. Nothing may stay parked that nobody releases: what releases parked deliveries lists them after it has
 * written the subscription, and this reads the subscription after it has written the row. So one of the two sees the other.
 */
export function createParking(deps: ParkingDeps) {
  const { deliveries, retries, subscriptions, storedSubscriptions, settings, telemetry, now } = deps;
  // If the sweeper is late, each write that is not needed makes one of its own fail.
  const woken = new LRUCache<string, true>({ max: 1_000, ttl: 600_000 });

  return {
    async parkDelivery(work: DeliveryInWork, reason: ParkReason): Promise<void> {
      const row = park(work, reason, now(), settings);
      if (!(await deliveries.replaceDelivery(work.claimed, row))) return;
      telemetry.count('DeliveriesParked');
      await lookAgain(row);
    },

    lookAgain,
  };

  /** Makes sure that somebody releases the row, whatever has happened to its subscription meanwhile. */
  async function lookAgain(row: ParkedDelivery): Promise<void> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const latest = await storedSubscriptions.findSubscription(row.accountId, row.subscriptionId);
      if (!latest || !isHeld(latest, row)) return releaseNow(row);
      const next = withRelease(latest, now());
      if (next === latest) return wakeForgotten(latest, row);
      if (await subscriptions.replaceSubscription(latest, { ...next, version: latest.version + 1 })) return;
    }
    throw new Error(`subscription ${row.subscriptionId} changes all the time`);
  }

  /** One try is enough: whoever has written it meanwhile has done the same. What operators have paused is due all the time. */
  async function wakeForgotten(latest: Subscription, { reason }: ParkedDelivery): Promise<void> {
    const key = `${latest.accountId} ${latest.id}`;
    if (isByOperator(reason) || !isForgotten(latest, now()) || woken.has(key)) return;
    woken.set(key, true);
    await subscriptions.replaceSubscription(latest, { ...latest, version: latest.version + 1 });
  }

  /** Limits and operators hold deliveries back without a word in the subscription. A drain asks them in each step. */
  function isHeld(latest: Subscription, { reason }: ParkedDelivery): boolean {
    // One that we have disabled keeps what it has parked until its owner decides.
    if (latest.status === 'disabled') return latest.disabledReason !== undefined;
    const isOutside = reason === 'rate-limit' || reason === 'draining' || isByOperator(reason);
    return isOutside || latest.drain !== undefined || holdBackOf(latest, now()) !== undefined;
  }

  async function releaseNow(row: ParkedDelivery): Promise<void> {
    const times = { waitMs: 0, dueInMs: settings.queueMarginSeconds * 1_000 };
    const next = release(row, times, now());
    if (await deliveries.replaceDelivery(row, next)) await retries.sendRetry(messageFor(next), 0);
  }
}

function isByOperator(reason: ParkReason): boolean {
  return reason === 'account-paused' || reason === 'stage-paused';
}
