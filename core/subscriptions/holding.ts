import { probeSoon } from '../receivers/breaker.ts';
import { holdBackOf } from './parking.ts';
import type { Subscription } from './subscription.ts';
import { wakeAtOf } from './wake-time.ts';

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

/**
 * The subscription with something that will release what has just been parked, or the same object if there is something
 * already. A drain that is about to end has looked already, and a breaker without anything to probe with looks rarely.
 */
export function withRelease(subscription: Subscription, now: Date): Subscription {
  const { drain, receiver } = subscription;
  const { breaker } = receiver;
  if (subscription.status !== 'enabled') return subscription;
  if (holdBackOf(subscription, now)) {
    if (breaker?.state !== 'half-open') return subscription;
    return { ...subscription, receiver: { ...receiver, breaker: probeSoon(breaker, now) } };
  }
  if (!drain) return beginDrain(subscription, now);
  const { emptySince, ...others } = drain;
  return emptySince === undefined ? subscription : { ...subscription, drain: others };
}

/**
 * Something should have been done for it long ago. A version of this code that knows nothing of such times may have written it
 * last; to write it once more is enough.
 */
export function isForgotten(subscription: Subscription, now: Date): boolean {
  const wakeAt = wakeAtOf(subscription);
  return wakeAt !== undefined && now.getTime() - Date.parse(wakeAt) > longestDelayMs;
}

/** The sweeper comes each minute. */
const longestDelayMs = 10 * 60_000;

function isHolding(subscription: Subscription, now: Date): boolean {
  // A disabled subscription keeps what it has parked, also after it has stopped to take more.
  const isKept = subscription.status === 'disabled' && subscription.disabledReason !== undefined;
  const isAsking = subscription.status === 'pending';
  return (
    isKept || isAsking || subscription.pause !== undefined || holdBackOf(subscription, now) !== undefined
  );
}
