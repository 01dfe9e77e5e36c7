import { ago, hour, now, webhooks } from './account.ts';
import type { Answer } from './answer-types.ts';
import { heldBack } from './outages.ts';

/** How the made-up account's receivers do: one of them has failed for three hours. */

type Statistics = Answer<'GET /subscriptions/{id}/stats'>;

/** The calls of one hour, so many hours ago. */
function callsOf(id: string, hoursAgo: number): { delivered: number; failedAttempts: number } {
  const wave = Math.abs(Math.sin(hoursAgo * 12.9898) * 43_758.5453) % 1;
  const rush = 0.6 + 0.4 * Math.cos(((hoursAgo - 2) / 12) * Math.PI);
  switch (id) {
    case 'sub_crm':
      if (hoursAgo < 3) return { delivered: 0, failedAttempts: 24 + Math.round(18 * wave) };
      return {
        delivered: Math.round(20 + 60 * wave * rush),
        failedAttempts: hoursAgo % 9 === 4 ? 3 : 0,
      };
    case 'sub_bot':
      return { delivered: Math.round(180 + 320 * wave * rush), failedAttempts: 0 };
    case 'sub_sheet':
      return { delivered: Math.round(4 + 12 * wave), failedAttempts: hoursAgo === 14 ? 1 : 0 };
    case 'sub_erp':
      if (hoursAgo < 5) return { delivered: 0, failedAttempts: 1 };
      return { delivered: Math.round(30 + 50 * wave * rush), failedAttempts: hoursAgo === 5 ? 9 : 0 };
    default:
      return { delivered: 0, failedAttempts: 0 };
  }
}

const latency = (id: string) => (id === 'sub_staging' ? null : id === 'sub_bot' ? 50 : 100);

export function statisticsOf(id: string, hours: number): Statistics {
  const last = Math.floor(now.getTime() / hour) * hour;
  const list = Array.from({ length: hours }, (_, index) => {
    const hoursAgo = hours - 1 - index;
    const calls = callsOf(id, hoursAgo);
    const p50 = calls.delivered + calls.failedAttempts > 0 ? latency(id) : null;
    return {
      hour: new Date(last - hoursAgo * hour).toISOString(),
      ...calls,
      failed: 0,
      latencyMs: {
        average: p50,
        p50,
        p95: p50 && (hoursAgo % 5 === 0 ? 500 : 250),
        p99: p50 && (hoursAgo % 7 === 0 ? 1_000 : 500),
      },
    };
  });
  const sum = (name: 'delivered' | 'failedAttempts') => list.reduce((total, one) => total + one[name], 0);
  const p50 = latency(id);
  return {
    since: list[0]?.hour ?? '',
    until: new Date(last + hour).toISOString(),
    total: {
      delivered: sum('delivered'),
      failedAttempts: sum('failedAttempts'),
      failed: 0,
      latencyMs: { average: p50, p50, p95: p50 && 250, p99: p50 && 500 },
    },
    hours: list,
  };
}

export function accountStatistics(): Answer<'GET /statistics'> {
  return {
    since: ago(24 * hour),
    until: ago(0),
    bucketHours: 1,
    subscriptions: [...webhooks, ...heldBack].map(({ id }) => {
      const { total, hours } = statisticsOf(id, 24);
      return {
        subscriptionId: id,
        total,
        delivered: hours.map(({ delivered }) => delivered),
        failedAttempts: hours.map(({ failedAttempts }) => failedAttempts),
        failed: hours.map(() => 0),
      };
    }),
  };
}
