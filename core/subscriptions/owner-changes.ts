import type { Actor } from '../accounts/audit.ts';
import { probeDueAt, probeSoon } from '../receivers/breaker.ts';
import { originOf } from './callback-url.ts';
import { beginDrain } from './holding.ts';
import { withNotice } from './outbox.ts';
import { withoutPauseInRun } from './pause.ts';
import type { Subscription, SubscriptionPatch } from './subscription.ts';

/**
 * What follows from a change by an owner besides the change itself: what becomes of parked deliveries, and what all who
 * watch the account's webhooks are told. Nothing here raises the version.
 */

/** Pauses the subscription, or moves the end of its pause. */
export function pauseUntil(seen: Subscription, until: string, by: Actor, now: Date): Subscription {
  const since = seen.pause?.since ?? now.toISOString();
  const next = { ...seen, pause: { since, until, by } };
  return withNotice(next, 'webhook.subscription.paused', { until, actor: by }, now);
}

/**
 * Lets the subscription go on now, whatever holds it back: ends its pause, has a receiver that fails tried at once, and
 * calls one that asked for fewer calls. The same object if nothing holds it back.
 */
export function goOn(seen: Subscription, actor: Actor, now: Date): Subscription {
  const { pause, ...others } = seen;
  const { throttledUntil, breaker, ...known } = seen.receiver;
  const at = now.toISOString();
  const isWaiting = breaker !== undefined && breaker.state !== 'probing' && (probeDueAt(breaker) ?? '') > at;
  if (!pause && throttledUntil === undefined && !isWaiting) return seen;
  const tried = isWaiting ? probeSoon(breaker, now) : breaker;
  const next = { ...others, receiver: { ...known, ...(tried ? { breaker: tried } : {}) } };
  if (!pause) return next;
  return withNotice(withoutPauseInRun(next, pause, now), 'webhook.subscription.resumed', { actor }, now);
}

export interface SettingsChange {
  readonly patch: Pick<SubscriptionPatch, 'status' | 'parked'>;
  /** The names of the settings that were changed. */
  readonly fields: readonly string[];
  readonly actor: Actor;
}

/** The subscription after its settings were changed, with everything that follows from that. */
export function withChange(
  seen: Subscription,
  changed: Subscription,
  { patch, fields: all, actor }: SettingsChange,
  now: Date,
): Subscription {
  const isDisabled = patch.status === 'disabled' && (seen.status !== 'disabled' || isByUs(seen));
  const isEnabled = patch.status === 'enabled' && seen.status === 'disabled';
  // One notice is enough for that.
  const changedFields = isDisabled ? all.filter((field) => field !== 'status') : all;
  const fields = patch.parked === 'discard' ? [...changedFields, 'parked'] : changedFields;
  const told = fields.length > 0 ? tellOfChange(seen, changed, fields, actor, now) : changed;
  if (isDisabled) return disable(told, actor, now);
  // What was parked when its owner disabled it is dropped, and nothing was since.
  const draining = isEnabled && isByUs(seen) ? beginDrain(told, now) : told;
  return patch.parked === 'discard' ? discardParked(draining, now) : draining;
}

/** The drain drops what is parked. Nothing is known of a receiver that is not called. */
function disable(changed: Subscription, actor: Actor, now: Date): Subscription {
  const { pause: _, ...others } = changed;
  const { failing: __, breaker: ___, throttledUntil: ____, throttles: _____, ...receiver } = changed.receiver;
  const told = withNotice(
    { ...others, receiver },
    'webhook.subscription.disabled',
    { reason: 'owner', actor },
    now,
  );
  return discardParked(told, now);
}

function discardParked(changed: Subscription, now: Date): Subscription {
  const { drain, ...others } = beginDrain(changed, now);
  return drain ? { ...others, drain: { ...drain, discardUntil: now.toISOString() } } : others;
}

function tellOfChange(
  seen: Subscription,
  changed: Subscription,
  fields: readonly string[],
  actor: Actor,
  now: Date,
): Subscription {
  const [from, to] = [originOf(seen), originOf(changed)];
  const moved = from === to ? {} : { from, to };
  return withNotice(changed, 'webhook.subscription.changed', { fields: [...fields], ...moved, actor }, now);
}

function isByUs({ disabledReason }: Subscription): boolean {
  return disabledReason !== undefined;
}
