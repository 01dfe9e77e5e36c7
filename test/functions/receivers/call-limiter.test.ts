import { beforeEach, describe, expect, test } from '@jest/globals';
import { requestLimits } from '../../../core/accounts/request-limits.ts';
import { type CallLimit, sharedLimit } from '../../../core/rate-limit.ts';
import { type CallLimiter, createCallLimiter } from '../../../functions/receivers/call-limiter.ts';
import { createMemoryTokens } from '../../support/memory-limits.ts';

const startMs = Date.parse('2026-11-23T17:00:00.000Z');

const wide: CallLimit = {
  name: 'host',
  bucket: 'host crm.example.com',
  perSecond: 20,
  freePerSecond: 1,
  maxWaitMs: 900_000,
};
const strict: CallLimit = { ...wide, name: 'subscription', bucket: 'subscription s', freePerSecond: 0 };

let memory: ReturnType<typeof createMemoryTokens>;
let ask: CallLimiter;
beforeEach(() => {
  memory = createMemoryTokens();
  ask = createCallLimiter(memory.store);
});

function at(ms: number): Date {
  return new Date(startMs + ms);
}

async function askTimes(times: number, limits: readonly CallLimit[], ms = 0, limiter = ask) {
  const turns = await Promise.all(Array.from({ length: times }, () => limiter(limits, at(ms))));
  const later = turns.flatMap((turn) => (turn.kind === 'later' ? [turn.at.getTime() - startMs] : []));
  return { now: turns.filter(({ kind }) => kind === 'now').length, later };
}

describe('a limit that few calls reach', () => {
  test('costs no write', async () => {
    for (let second = 0; second < 5; second += 1) await ask([wide], at(second * 1_000));

    expect(memory.writes).toEqual([]);
  });

  test('costs one for a batch, however many its calls are', async () => {
    expect(await askTimes(10, [wide])).toEqual({ now: 10, later: [] });
    expect(memory.writes).toEqual([{ bucket: wide.bucket, count: 10 }]);
  });

  test('costs one a second for a sandbox that is busy', async () => {
    const limit = { ...wide, perSecond: 200 };
    for (let batch = 0; batch < 10; batch += 1) await askTimes(10, [limit], batch * 100);
    memory.writes.length = 0;
    for (let batch = 10; batch < 20; batch += 1) await askTimes(10, [limit], batch * 100);

    expect(memory.writes).toHaveLength(1);
  });
});

test.each([1, 3, 8])('at seven tenths of a limit, no call of %d sandboxes waits', async (count) => {
  const limit = sharedLimit('host', 'crm.example.com', 200, 100);
  const sandboxes = Array.from({ length: count }, () => createCallLimiter(memory.store));
  let seed = 7;
  // Park and Miller's generator: the same numbers each time.
  const below = (bound: number) => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed % bound;
  };

  const later: number[] = [];
  // Batches of five calls on average, 28 a second.
  for (let ms = 0; ms < 60_000; ms += 1) {
    if (below(1_000) >= 28) continue;
    later.push(...(await askTimes(1 + below(9), [limit], ms, sandboxes[below(count)])).later);
  }

  expect(later).toEqual([]);
});

describe('calls beyond a limit', () => {
  test('wait, each for a turn of its own', async () => {
    expect(await askTimes(24, [{ ...wide, freePerSecond: 0 }])).toEqual({
      now: 20,
      later: [50, 100, 150, 200],
    });
  });

  test('of several sandboxes wait for each other', async () => {
    const other = createCallLimiter(memory.store);
    await askTimes(20, [strict]);

    expect(await askTimes(2, [strict], 0, other)).toEqual({ now: 0, later: [50, 100] });
  });

  test('leave nothing free while others are at the limit too', async () => {
    const other = createCallLimiter(memory.store);
    await askTimes(40, [wide], 0, other);
    await askTimes(2, [wide]);
    memory.writes.length = 0;

    expect((await askTimes(1, [wide], 1_000)).now).toBe(0);
    expect(memory.writes).toHaveLength(1);
  });

  test('reserve as many tokens as there are calls where none is free, and more where some are', async () => {
    const reservedAfter = async (limit: CallLimit) => {
      const limiter = createCallLimiter(memory.store);
      memory.writes.length = 0;
      await askTimes(8, [limit], 0, limiter);
      await askTimes(2, [limit], 1_000, limiter);
      return memory.writes.map(({ count }) => count);
    };

    expect(await reservedAfter(strict)).toEqual([8, 2]);
    // One of eight is free and paid for by the others; then as many as in the second before, but for the free one.
    expect(await reservedAfter({ ...wide, freePerSecond: 1 })).toEqual([8, 8]);
    expect(await reservedAfter({ ...wide, bucket: 'narrow', perSecond: 5, maxWaitMs: 10_000 })).toEqual([
      8, 2,
    ]);
  });

  test('reserve in growing steps in a second with more calls than the one before', async () => {
    const busy = { ...wide, perSecond: 1_000, freePerSecond: 1 };
    await askTimes(40, [busy]);
    memory.writes.length = 0;
    for (let batch = 0; batch < 8; batch += 1) await askTimes(10, [busy], 1_000);

    // As many as in the second before, then a quarter more of what it has become.
    expect(memory.writes.map(({ count }) => count)).toEqual([40, 22, 25]);
  });

  test('pay for the free calls of their second alone', async () => {
    const limit = { ...wide, freePerSecond: 0.5 };
    expect(await askTimes(1, [limit], 0)).toEqual({ now: 1, later: [] });
    expect(memory.writes).toEqual([]);

    await askTimes(1, [limit], 1_000);
    expect(memory.writes.map(({ count }) => count)).toEqual([1]);
  });

  test('are told that it is full when no turn is left to give out', async () => {
    const limit = { ...strict, maxWaitMs: 0 };
    await askTimes(20, [limit]);

    expect(await ask([limit], at(0))).toEqual({ kind: 'full', limit: 'subscription', passed: [] });
  });

  test.each([
    ['of large batches', { sandboxCount: 20, batchesPerSecond: 5, batchSize: 10 }],
    ['of many single calls', { sandboxCount: 20, batchesPerSecond: 50, batchSize: 1 }],
    ['of a few sandboxes', { sandboxCount: 5, batchesPerSecond: 10, batchSize: 10 }],
  ])('use all turns that there are: %s', async (_, { sandboxCount, batchesPerSecond, batchSize }) => {
    const limit = { ...wide, perSecond: 100, freePerSecond: 1 };
    const sandboxes = Array.from({ length: sandboxCount }, () => createCallLimiter(memory.store));
    const seconds = 20;
    let made = 0;
    for (let ms = 0; ms < seconds * 1_000; ms += 1_000 / batchesPerSecond) {
      for (const sandbox of sandboxes) {
        const turns = await askTimes(batchSize, [limit], ms, sandbox);
        made += turns.now + turns.later.filter((turn) => turn < seconds * 1_000).length;
      }
    }

    expect(made).toBeGreaterThan(0.9 * seconds * limit.perSecond);
    // What each sandbox takes without a word, before it learns of the others, comes on top.
    expect(made).toBeLessThanOrEqual((seconds + 1) * limit.perSecond + sandboxCount * 2);
  });

  test('get no turn that lies beyond what a message can be delayed, in the middle of a batch either', async () => {
    const limit = { ...strict, perSecond: 1, maxWaitMs: 5_000 };
    const { now, later } = await askTimes(10, [limit]);

    expect(now + later.length).toBe(6);
    expect(Math.max(...later)).toBe(5_000);
  });

  test('ask the table once in a second when it is full', async () => {
    const limit = { ...strict, maxWaitMs: 0 };
    await askTimes(20, [limit]);
    memory.writes.length = 0;
    for (let ms = 0; ms < 500; ms += 10) await ask([limit], at(ms));
    // Of a call that came when there was room again, there is none: 50 ms each.
    expect(memory.writes.length).toBeLessThanOrEqual(1);
  });

  test('stay beyond it in the long run: of 60 seconds, no more than 61 seconds’ worth come through', async () => {
    const sandboxes = [ask, createCallLimiter(memory.store), createCallLimiter(memory.store)];
    let made = 0;
    for (let second = 0; second < 60; second += 1) {
      for (const sandbox of sandboxes) {
        const turns = await askTimes(30, [strict], second * 1_000, sandbox);
        made += turns.now + turns.later.filter((turn) => turn < 60_000).length;
      }
    }

    expect(made).toBeLessThanOrEqual(61 * strict.perSecond);
    expect(made).toBeGreaterThan(59 * strict.perSecond);
  });
});

describe('two hundred sandboxes', () => {
  const limit = sharedLimit('host', 'crm.example.com', 200, 200);

  /** Each sandbox makes a call so often for 20 seconds. Returns how many were made at once. */
  async function makeCalls(everyMs: number): Promise<number> {
    const sandboxes = Array.from({ length: 200 }, () => createCallLimiter(memory.store));
    let made = 0;
    for (let ms = 0; ms < 20_000; ms += everyMs) {
      for (const sandbox of sandboxes) {
        const turns = await askTimes(1, [limit], ms, sandbox);
        made += turns.now + turns.later.filter((turn) => turn < 20_000).length;
      }
    }
    return made;
  }

  test.each([500, 1_000, 4_000])(
    'that each make a call every %i ms keep to a limit and a tenth, after a second’s burst',
    async (everyMs) => {
      expect(await makeCalls(everyMs)).toBeLessThanOrEqual(1.1 * 20 * limit.perSecond + limit.perSecond);
    },
  );

  test('that each make a call now and then pay nothing', async () => {
    await makeCalls(10_000);

    expect(memory.writes).toEqual([]);
  });

  test('pay for their free calls with the next reservation', async () => {
    await askTimes(1, [limit]);
    await askTimes(2, [limit]);

    expect(memory.writes).toEqual([{ bucket: limit.bucket, count: 3 }]);
  });
});

test('of an account’s slow requests, the API takes 50 a second, however many sandboxes serve them', async () => {
  let taken = 0;
  for (let second = 0; second < 5; second += 1) {
    for (let sandbox = 0; sandbox < 400; sandbox += 1) {
      const turn = await createCallLimiter(memory.store)(requestLimits('acc_1', 'read'), at(second * 1_000));
      if (turn.kind === 'now') taken += 1;
    }
  }

  expect(taken).toBeLessThanOrEqual(6 * 50);
  expect(taken).toBeGreaterThanOrEqual(5 * 50);
});

describe('calls that yield', () => {
  const quiet = { ...wide, freePerSecond: 0 };
  const yielding = { ...quiet, maxWaitMs: 1_000, yieldsMs: 1_500 };

  test('leave half of a second’s worth to those that do not', async () => {
    for (let tries = 0; tries < 20; tries += 1) await ask([yielding], at(0));

    expect((await askTimes(9, [quiet])).now).toBe(9);
  });

  test('use the whole rate when nobody else calls', async () => {
    let made = 0;
    for (let ms = 0; ms < 10_000; ms += 100) made += (await askTimes(3, [yielding], ms)).now;

    expect(made).toBeGreaterThan(0.9 * 10 * wide.perSecond);
    expect(made).toBeLessThanOrEqual(11 * wide.perSecond);
  });

  test('are refused while others wait, and told what they have passed', async () => {
    await askTimes(20, [quiet]);

    expect(await ask([strict, yielding], at(0))).toEqual({
      kind: 'full',
      limit: 'host',
      passed: [strict.bucket],
    });
  });
});

describe('several limits', () => {
  test('are asked from the narrow to the wide, and who waits at one takes nothing from the next', async () => {
    await askTimes(20, [strict]);
    memory.writes.length = 0;

    const turn = await ask([strict, { ...wide, freePerSecond: 0 }], at(0));

    expect(turn).toEqual({ kind: 'later', at: at(50), limit: 'subscription', passed: [strict.bucket] });
    expect(memory.writes.map(({ bucket }) => bucket)).toEqual([strict.bucket]);
  });

  test('that let pass are named, for the call to skip them when its turn has come', async () => {
    await askTimes(20, [{ ...wide, freePerSecond: 0 }]);

    expect(await ask([strict, { ...wide, freePerSecond: 0 }], at(0))).toMatchObject({
      limit: 'host',
      passed: [strict.bucket, wide.bucket],
    });
  });
});

test('a table that fails fails every call that waited for it, and none after it', async () => {
  let isBroken = true;
  const limiter = createCallLimiter({
    reserveTokens: (...args) =>
      isBroken ? Promise.reject(new Error('throttled')) : memory.store.reserveTokens(...args),
  });
  const asked = await Promise.allSettled([limiter([strict], at(0)), limiter([strict], at(0))]);
  isBroken = false;

  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await limiter([strict], at(0))).toEqual({ kind: 'now' });
});
