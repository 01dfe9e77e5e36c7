import { probeDueAt } from '../receivers/breaker.ts';
import type { Subscription } from './subscription.ts';

/**
 * When the sweeper has to look at a subscription, because something is to be done at a time and not by a call. Undefined if
 * nothing is.
 */
export function wakeAtOf(subscription: Subscription): string | undefined {
  const { outbox = [], exhaustion, drain, pause, status, receiver } = subscription;
  const always = [outbox[0]?.occurredAt, exhaustion?.tellAt, drain?.nextAt];
  if (status !== 'enabled') return earliest(always);
  if (pause) return earliest([...always, pause.until]);
  const { failing, breaker, throttledUntil } = receiver;
  return earliest([...always, failing?.tellAt, failing?.warnAt, probeDueAt(breaker), throttledUntil]);
}

function earliest(times: readonly (string | undefined)[]): string | undefined {
  return times.filter((time) => time !== undefined).sort()[0];
}
