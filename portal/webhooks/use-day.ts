import { useResource } from '../api/resource.ts';
import { api } from '../session/session.ts';
import type { Activity } from './activity.ts';

/** What one webhook did in the last 24 hours. */
export function useDay(id: string) {
  return useResource(
    `day ${id}`,
    async (signal) => (await api('GET /subscriptions/{id}/stats', { path: { id } }, { signal })).body,
    10_000,
  ).value.value;
}

export function activityOf(day: ReturnType<typeof useDay>): Activity | undefined {
  return (
    day && {
      bars: day.hours.map(({ delivered, failedAttempts }) => ({ delivered, failed: failedAttempts })),
      delivered: day.total.delivered,
      failedAttempts: day.total.failedAttempts,
      medianMs: day.total.latencyMs.p50,
    }
  );
}
