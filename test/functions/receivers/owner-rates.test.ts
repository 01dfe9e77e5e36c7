import { describe, expect, test } from '@jest/globals';
import { callbackLimits } from '../../../core/deliveries/call-limits.ts';
import type { CallLimit } from '../../../core/rate-limit.ts';
import type { RateLimit } from '../../../core/subscriptions/rate-limit.ts';
import { createCallLimiter } from '../../../functions/receivers/call-limiter.ts';
import { subscription } from '../../support/builders.ts';
import { createMemoryTokens } from '../../support/memory-limits.ts';

const startMs = Date.parse('2026-11-23T17:00:00.000Z');
const settings = { accountRatePerSecond: 500, hostRatePerSecond: 200, maxDeliverers: 100 };

const rates: readonly RateLimit[] = [
  { calls: 1, perSeconds: 1 },
  { calls: 10, perSeconds: 1 },
  { calls: 1, perSeconds: 60 },
  { calls: 30, perSeconds: 60 },
  { calls: 600, perSeconds: 60 },
  { calls: 1_000, perSeconds: 60 },
];

function ownLimitOf(rateLimit: RateLimit): CallLimit {
  const known = { addresses: [], contenders: 0 };
  const [limit] = callbackLimits(subscription({ rateLimit }), settings, known);
  if (limit?.name !== 'subscription') throw new Error('the owner has set no limit');
  return limit;
}

/** Batches of ten in two sandboxes, as long as it lasts, and the time of each call that was let in or got a turn. */
async function callUnder(limit: CallLimit, lastsMs: number, everyMs: number): Promise<number[]> {
  const { store } = createMemoryTokens();
  const [one, other] = [createCallLimiter(store), createCallLimiter(store)];
  const calls: number[] = [];
  for (let ms = 0; ms < lastsMs; ms += everyMs) {
    const ask = (ms / everyMs) % 2 === 0 ? one : other;
    const batch = Array.from({ length: 10 }, () => ask([limit], new Date(startMs + ms)));
    for (const turn of await Promise.all(batch)) {
      if (turn.kind === 'now') calls.push(ms);
      if (turn.kind === 'later') calls.push(turn.at.getTime() - startMs);
    }
  }
  return calls.toSorted((a, b) => a - b);
}

/** The most calls in any window of that length that begins with a call. */
function busiestWindow(calls: readonly number[], windowMs: number): number {
  let end = 0;
  return calls.reduce((most, from, begin) => {
    while (end < calls.length && (calls[end] ?? 0) < from + windowMs) end += 1;
    return Math.max(most, end - begin);
  }, 0);
}

describe.each(rates)('a limit of $calls calls in $perSeconds s', (rate) => {
  const { calls, perSeconds } = rate;
  const limit = ownLimitOf(rate);
  const windowMs = perSeconds * 1_000;
  const burst = Math.max(1, Math.floor(calls / perSeconds));
  const everyMs = perSeconds === 1 ? 100 : 500;
  const windows = perSeconds === 1 ? 20 : 4;

  test('lets a second’s worth in at once, or one call, and not a window’s', async () => {
    const atOnce = (await callUnder(limit, everyMs, everyMs)).filter((ms) => ms === 0);

    expect(atOnce).toHaveLength(Math.min(10, burst));
  });

  test('is never exceeded in any window, but for the burst', async () => {
    const made = await callUnder(limit, windows * windowMs, everyMs);

    expect(busiestWindow(made, windowMs)).toBeLessThanOrEqual(calls + burst);
  });

  test('is used as long as there are calls, and turns are given out no further than its reach', async () => {
    const made = await callUnder(limit, windows * windowMs, everyMs);
    const reachMs = Math.max(60_000, 2 * (windowMs / calls));

    expect(made.filter((ms) => ms < windows * windowMs).length).toBeGreaterThanOrEqual(
      windows * calls * 0.98,
    );
    expect(made.at(-1)).toBeLessThanOrEqual(windows * windowMs + reachMs);
  });
});
