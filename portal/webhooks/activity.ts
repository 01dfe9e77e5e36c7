import type { RouteAnswer } from '../api/route-shapes.ts';
import type { Bar } from '../design/sparkline.tsx';

export const ranges = ['24h', '14d'] as const;
export type Range = (typeof ranges)[number];

/** What a webhook did in a period. */
export interface Activity {
  /** Oldest first. */
  readonly bars: readonly Bar[];
  readonly delivered: number;
  readonly failedAttempts: number;
  /** An upper bound, in ms. Null without an answered call. */
  readonly medianMs: number | null;
}

/** By the webhook's id. */
export function toActivities({
  subscriptions,
}: RouteAnswer<'GET /statistics'>): ReadonlyMap<string, Activity> {
  return new Map(
    subscriptions.map(({ subscriptionId, total, delivered, failedAttempts }) => [
      subscriptionId,
      {
        bars: delivered.map((count, index) => ({ delivered: count, failed: failedAttempts[index] ?? 0 })),
        delivered: total.delivered,
        failedAttempts: total.failedAttempts,
        medianMs: total.latencyMs.p50,
      },
    ]),
  );
}
