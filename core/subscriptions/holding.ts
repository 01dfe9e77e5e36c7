import { holdBackOf } from './parking.ts';
import type { Subscription } from './subscription.ts';

/**
 * The subscription with a drain if it has just stopped to hold deliveries back, or if its owner does not want them any more.
 * Whoever writes a subscription passes it through here, so that nothing stays parked for good.
 */
export function withDrain(seen: Subscription, next: Subscription, now: Date): Subscription {
  const isReleased = isHolding(seen, now) && !isHolding(next, now);
  return isReleased ? beginDrain(next, now) : next;
}

export function beginDrain(subscription: Subscription, now: Date): Subscription {
  const at = now.toISOString();
  const { discardUntil } = subscription.drain ?? {};
  const drain = { since: at, nextAt: at, perSecond: 0, ...(discardUntil ? { discardUntil } : {}) };
  return { ...subscription, drain };
}

function isHolding(subscription: Subscription, now: Date): boolean {
  // A disabled subscription keeps what it has parked, also after it has stopped to take more.
  const isKept = subscription.status === 'disabled' && subscription.disabledReason !== undefined;
  return isKept || subscription.pause !== undefined || holdBackOf(subscription, now) !== undefined;
}
