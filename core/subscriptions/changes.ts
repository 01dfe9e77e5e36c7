import type { Subscription } from './subscription.ts';

/** THE list of what happens to a subscription as a whole, as logs and metrics name it. */
export const subscriptionChanges = [
  'breaker-opened',
  'breaker-reopened',
  'breaker-closed',
  'throttled',
  'paused',
  'resumed',
  'disabled',
  'enabled',
  'drain-began',
  'drain-ended',
] as const;
export type SubscriptionChange = (typeof subscriptionChanges)[number];

/** What has happened between two states of a subscription. */
export function changesBetween(seen: Subscription, next: Subscription): SubscriptionChange[] {
  const tests: Record<SubscriptionChange, boolean> = {
    'breaker-opened': openingsOf(seen) === 0 && openingsOf(next) > 0,
    'breaker-reopened': openingsOf(seen) > 0 && openingsOf(next) > openingsOf(seen),
    'breaker-closed': openingsOf(seen) > 0 && openingsOf(next) === 0,
    throttled: isLater(next.receiver.throttledUntil, seen.receiver.throttledUntil),
    paused: isLater(next.pause?.until, seen.pause?.until),
    resumed: seen.pause !== undefined && next.pause === undefined,
    disabled: seen.status !== 'disabled' && next.status === 'disabled',
    enabled: seen.status === 'disabled' && next.status !== 'disabled',
    'drain-began': next.drain !== undefined && next.drain.since !== seen.drain?.since,
    'drain-ended': seen.drain !== undefined && next.drain === undefined,
  };
  return subscriptionChanges.filter((change) => tests[change]);
}

function openingsOf({ receiver: { breaker } }: Subscription): number {
  return breaker?.openings ?? 0;
}

function isLater(time: string | undefined, before: string | undefined): boolean {
  return time !== undefined && time > (before ?? '');
}
