import { probeDueAt } from '../receivers/breaker.ts';
import { beginDrain } from './holding.ts';
import { withNotice } from './outbox.ts';
import { holdBackOf } from './parking.ts';
import { withoutPauseInRun } from './pause.ts';
import type { Subscription } from './subscription.ts';

/**
 * The subscription with everything that ends or begins by time alone. The same object if there is nothing. Its version is
 * not raised yet.
 */
export function passTime(seen: Subscription, now: Date): Subscription {
  const steps = [endPause, endThrottle, tellFailing, warnOfDisabling, endForeignDrain];
  return steps.reduce((subscription, step) => step(subscription, now), seen);
}

function endPause(seen: Subscription, now: Date): Subscription {
  const { pause, ...others } = seen;
  if (!pause || seen.status !== 'enabled' || !hasPassed(pause.until, now)) return seen;
  const next = withoutPauseInRun(others, pause, now);
  return beginDrain(withNotice(next, 'webhook.subscription.resumed', {}, now), now);
}

function endThrottle(seen: Subscription, now: Date): Subscription {
  const { throttledUntil, ...receiver } = seen.receiver;
  if (!isActive(seen) || !hasPassed(throttledUntil, now)) return seen;
  const next = { ...seen, receiver };
  return next.drain ? next : beginDrain(next, now);
}

function tellFailing(seen: Subscription, now: Date): Subscription {
  const { failing, breaker } = seen.receiver;
  if (!failing || !isActive(seen) || !hasPassed(failing.tellAt, now)) return seen;
  const { tellAt: _, ...told } = failing;
  const nextCallAt = probeDueAt(breaker);
  const data = {
    since: failing.since,
    lastFailure: lastFailureOf(failing),
    ...(nextCallAt ? { nextCallAt } : {}),
  };
  const next = { ...seen, receiver: { ...seen.receiver, failing: told } };
  return withNotice(next, 'webhook.subscription.failing', data, now);
}

function warnOfDisabling(seen: Subscription, now: Date): Subscription {
  const { failing } = seen.receiver;
  if (!failing || !isActive(seen) || !hasPassed(failing.warnAt, now)) return seen;
  const { warnAt: _, ...warned } = failing;
  const next = { ...seen, receiver: { ...seen.receiver, failing: warned } };
  const data = {
    since: failing.since,
    disablesAt: failing.disablesAt ?? failing.since,
    lastFailure: lastFailureOf(failing),
  };
  return withNotice(next, 'webhook.subscription.disabling', data, now);
}

/** While the subscription holds its deliveries back, none are released. Whatever lets them go again begins anew. */
function endForeignDrain(seen: Subscription, now: Date): Subscription {
  const { drain, ...others } = seen;
  if (!drain || drain.discardUntil) return seen;
  const { status, disabledReason } = seen;
  const isForeign = status === 'enabled' ? holdBackOf(seen, now) : status === 'pending' || disabledReason;
  return isForeign ? others : seen;
}

function lastFailureOf({ lastReason, lastStatus }: NonNullable<Subscription['receiver']['failing']>) {
  return { reason: lastReason, ...(lastStatus === undefined ? {} : { status: lastStatus }) };
}

/** A paused or disabled subscription says nothing about its receiver. */
function isActive({ status, pause }: Subscription): boolean {
  return status === 'enabled' && !pause;
}

function hasPassed(time: string | undefined, now: Date): time is string {
  return time !== undefined && time <= now.toISOString();
}
