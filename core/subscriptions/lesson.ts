import type { Failing } from '../receivers/health.ts';
import type { DisabledReason, Lesson } from '../receivers/receiver.ts';
import { noteExhausted } from './exhaustion.ts';
import { withDrain } from './holding.ts';
import { withNotice } from './outbox.ts';
import type { Subscription } from './subscription.ts';

export interface KeepingPolicy {
  /** For how long after we have disabled a subscription its events are parked instead of dropped. */
  readonly keepDisabledSeconds: number;
}

/** The subscription with what a call has taught about its receiver. */
export function withLesson(
  seen: Subscription,
  { receiver, disable }: Lesson,
  now: Date,
  policy: KeepingPolicy,
): Subscription {
  const learnt = disable ? disabled(seen, disable, now, policy) : { ...seen, receiver };
  const { failing } = seen.receiver;
  const told = !disable && isToldOf(failing) && !receiver.failing;
  const next = told
    ? withNotice(learnt, 'webhook.subscription.recovered', { since: failing.since }, now)
    : learnt;
  return { ...withDrain(seen, next, now), version: seen.version + 1 };
}

/** The subscription of which another delivery ended undelivered, or the same object if its owner hears of it anyway. */
export function withExhausted(seen: Subscription, now: Date): Subscription {
  const exhaustion = noteExhausted(seen.exhaustion, now);
  return exhaustion === seen.exhaustion ? seen : { ...seen, exhaustion, version: seen.version + 1 };
}

function disabled(
  seen: Subscription,
  reason: DisabledReason,
  now: Date,
  { keepDisabledSeconds }: KeepingPolicy,
): Subscription {
  const keptUntil = new Date(now.getTime() + keepDisabledSeconds * 1_000).toISOString();
  const kept = keepDisabledSeconds > 0 ? { keptUntil } : {};
  const { breaker: _, throttledUntil: __, throttles: ___, ...receiver } = seen.receiver;
  const next = { ...seen, receiver, status: 'disabled' as const, disabledReason: reason, ...kept };
  const told = withNotice(next, 'webhook.subscription.disabled', { reason, ...kept }, now);
  return { ...told, updatedAt: now.toISOString() };
}

function isToldOf(failing: Failing | undefined): failing is Failing {
  return failing !== undefined && failing.tellAt === undefined;
}
