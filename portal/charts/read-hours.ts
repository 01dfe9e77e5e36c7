import type { Api } from '../api/api.ts';
import type { RouteAnswer } from '../api/route-shapes.ts';
import type { Range } from '../webhooks/activity.ts';

type Statistics = RouteAnswer<'GET /subscriptions/{id}/stats'>;
type Numbers = Statistics['total'];

/** A bar of a chart: an hour, or six of them. */
export interface Slot {
  readonly from: string;
  readonly delivered: number;
  readonly failedAttempts: number;
  /** Upper bounds, in ms; of several hours, the slowest one. Null without an answered call. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

const hourMs = 3_600_000;
const hoursOf: Readonly<Record<Range, number>> = { '24h': 24, '14d': 14 * 24 };
const hoursInSlot: Readonly<Record<Range, number>> = { '24h': 1, '14d': 6 };

export async function readHours(
  api: Api,
  id: string,
  range: Range,
  signal: AbortSignal,
): Promise<{ readonly total: Numbers; readonly slots: readonly Slot[] }> {
  // On the hour, so that the first bar is a whole one.
  const first = Math.floor(Date.now() / hourMs) * hourMs - (hoursOf[range] - 1) * hourMs;
  const query = { since: new Date(first).toISOString() };
  const { body } = await api('GET /subscriptions/{id}/stats', { path: { id }, query }, { signal });
  return { total: body.total, slots: toSlots(body.hours, hoursInSlot[range]) };
}

export function toSlots(hours: Statistics['hours'], size: number): readonly Slot[] {
  return Array.from({ length: Math.ceil(hours.length / size) }, (_, index) => {
    const part = hours.slice(index * size, (index + 1) * size);
    const slowest = (name: 'p50' | 'p95' | 'p99') =>
      part.reduce<number | null>((most, { latencyMs }) => {
        const value = latencyMs[name];
        return value === null ? most : Math.max(most ?? 0, value);
      }, null);
    return {
      from: part[0]?.hour ?? '',
      delivered: part.reduce((sum, { delivered }) => sum + delivered, 0),
      failedAttempts: part.reduce((sum, { failedAttempts }) => sum + failedAttempts, 0),
      p50: slowest('p50'),
      p95: slowest('p95'),
      p99: slowest('p99'),
    };
  });
}
