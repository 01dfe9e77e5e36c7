import { isProbeOf } from '../receivers/breaker.ts';
import type { Subscription } from './subscription.ts';

/**
 * Why a delivery waits without a planned attempt. It uses up none meanwhile, and ends with its horizon.
 *
 * paused: by its owner. disabled: by us, because of its receiver. failing: the breaker is open. throttled: the receiver
 * asked for fewer calls. rate-limit: the subscription's own limit has no room within reach. draining: more was parked before
 * than a step of the drain releases. account-paused, stage-paused: by an operator.
 */
export const parkReasons = [
  'stage-paused',
  'account-paused',
  'disabled',
  'paused',
  'failing',
  'throttled',
  'rate-limit',
  'draining',
] as const;
export type ParkReason = (typeof parkReasons)[number];

/** Why the subscription itself holds its deliveries back, and until when at the latest if that is known. */
export interface HoldBack {
  readonly reason: Extract<ParkReason, 'disabled' | 'paused' | 'failing' | 'throttled'>;
  readonly until?: string;
}

/** Undefined while calls may be made. */
export function holdBackOf(
  { status, keptUntil, pause, receiver }: Subscription,
  now: Date,
): HoldBack | undefined {
  const isAhead = (time: string | undefined) => time !== undefined && time > now.toISOString();
  if (status === 'disabled')
    return isAhead(keptUntil)
      ? { reason: 'disabled', ...(keptUntil ? { until: keptUntil } : {}) }
      : undefined;
  if (pause && isAhead(pause.until)) return { reason: 'paused', until: pause.until };
  const { breaker, throttledUntil } = receiver;
  if (breaker) return { reason: 'failing', ...('until' in breaker ? { until: breaker.until } : {}) };
  return isAhead(throttledUntil) && throttledUntil
    ? { reason: 'throttled', until: throttledUntil }
    : undefined;
}

/** True if the call with this mark is the one that an open breaker lets through. */
export function isProbe({ receiver: { breaker } }: Subscription, probe: string | undefined): boolean {
  return isProbeOf(breaker, probe);
}
