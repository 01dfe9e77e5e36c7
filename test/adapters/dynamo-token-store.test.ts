import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTokenStore } from '../../adapters/dynamo-token-store.ts';
import { startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import type { CallLimit } from '../../core/rate-limit.ts';
import { uniqueId } from '../support/builders.ts';
import { connectTableAt, startTable, type TableEngine } from '../support/engines.ts';

const nowMs = Date.parse('2026-11-23T17:00:00.000Z');

let engine: TableEngine;
let proxy: WireProxy;
let store: ReturnType<typeof createTokenStore>;
let close: () => void;
beforeAll(async () => {
  engine = await startTable();
  proxy = await startWireProxy(engine.endpoint);
  const table = await connectTableAt(proxy.url);
  store = createTokenStore(table);
  close = () => table.client.destroy();
});
afterAll(async () => {
  close();
  await proxy.close();
  await engine.close();
});

function limit(overrides: Partial<CallLimit> = {}): CallLimit {
  const bucket = uniqueId('bucket');
  return { name: 'host', bucket, perSecond: 10, freePerSecond: 0, maxWaitMs: 60_000, ...overrides };
}

/** Milliseconds from the test's start to the first token's time. */
async function reserve(of: CallLimit, count: number, atMs = 0): Promise<number | undefined> {
  const startMs = await store.reserveTokens(of, count, new Date(nowMs + atMs));
  return startMs === undefined ? undefined : startMs - nowMs;
}

describe('tokens', () => {
  test('are reserved one after the other, whoever asks', async () => {
    const shared = limit();

    expect([await reserve(shared, 10), await reserve(shared, 5), await reserve(shared, 1)]).toEqual([
      0, 1_000, 1_500,
    ]);
  });

  test('of an idle bucket are good from now on: nobody saves them up', async () => {
    const shared = limit();
    await reserve(shared, 10);

    expect(await reserve(shared, 10, 90_000)).toBe(90_000);
  });

  test('of two buckets have nothing to do with each other', async () => {
    await reserve(limit(), 500);

    expect(await reserve(limit(), 1)).toBe(0);
  });

  test('are refused when the next is further ahead than may be waited for, and none is taken then', async () => {
    const shared = limit({ maxWaitMs: 2_000 });
    await reserve(shared, 30);

    expect([await reserve(shared, 1), await reserve(shared, 4)]).toEqual([undefined, undefined]);
    expect(await reserve(shared, 1, 2_000)).toBe(3_000);
  });

  test('are reserved as far as they are within reach, and no further: others could not use them', async () => {
    const minute = limit({ perSecond: 1 / 60, maxWaitMs: 120_000 });
    // Three are within reach of an idle bucket, and one of this one a minute later.
    expect(await reserve(minute, 10)).toBe(0);
    expect(await reserve(minute, 10, 60_000)).toBe(180_000);
    expect(await reserve(minute, 1, 60_000)).toBeUndefined();
    expect(await reserve(minute, 1, 120_000)).toBe(240_000);
  });

  test('leave to others what the limit keeps for them, however many are asked for', async () => {
    const shared = limit({ maxWaitMs: 1_000, yieldsMs: 1_500 });
    await reserve(shared, 4);

    expect(await reserve(shared, 40)).toBe(400);
    expect(await reserve(shared, 1, 1_000)).toBeUndefined();
    expect(await reserve(shared, 1, 1_600)).toBe(2_000);
  });

  test('that nobody may wait for are a second’s worth', async () => {
    const shared = limit({ perSecond: 2, maxWaitMs: 0 });

    expect([await reserve(shared, 1), await reserve(shared, 1), await reserve(shared, 1)]).toEqual([
      0,
      500,
      undefined,
    ]);
  });

  test('of simultaneous callers are never the same', async () => {
    const shared = limit({ perSecond: 1 });

    const starts = await Promise.all(Array.from({ length: 8 }, () => reserve(shared, 1)));

    expect(starts.toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([
      0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000,
    ]);
  });

  test('leave no item behind for ever', async () => {
    await reserve(limit(), 10);

    expect(proxy.calls.at(-1)?.input.ExpressionAttributeValues[':expiry']).toEqual({
      N: String(nowMs / 1_000 + 1 + 3_600),
    });
  });
});
