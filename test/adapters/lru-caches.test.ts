import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  cacheAccountStatus,
  cacheAccountSubscriptions,
  cacheNames,
  cacheSubscriptionLookup,
} from '../../adapters/lru-caches.ts';
import type { AccountStatusLookup } from '../../core/accounts/account-store.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { subscription } from '../support/builders.ts';

const cacheMs = 5_000;

// The cache reads these clocks itself: the first for the age of an entry, the timers to read it not too often.
let elapsedMs = 1_000;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] });
  jest.spyOn(performance, 'now').mockImplementation(() => elapsedMs);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

function pass(ms: number): void {
  elapsedMs += ms;
  jest.advanceTimersByTime(ms);
}

/** Subscriptions that change under the cache, by account and id. */
function createSource() {
  const stored = new Map<string, Subscription>();
  const reads: string[] = [];
  return {
    stored,
    reads,
    async listSubscriptions(accountId: string) {
      reads.push(accountId);
      return [...stored.values()].filter((candidate) => candidate.accountId === accountId);
    },
    async findSubscription(accountId: string, subscriptionId: string) {
      reads.push(`${accountId} ${subscriptionId}`);
      return stored.get(`${accountId} ${subscriptionId}`);
    },
    replaceSubscription: async () => true,
  };
}

describe('the dispatcher’s cache', () => {
  test('reads an account once in five seconds, and anew after them', async () => {
    const source = createSource();
    const cached = cacheAccountSubscriptions(source, cacheMs);

    expect(await cached.listSubscriptions('acc_1')).toEqual([]);
    source.stored.set('acc_1 sub_1', subscription());
    pass(cacheMs - 1);
    expect(await cached.listSubscriptions('acc_1')).toEqual([]);
    pass(2);
    expect(await cached.listSubscriptions('acc_1')).toEqual([subscription()]);
    expect(source.reads).toHaveLength(2);
  });

  test('keeps accounts apart', async () => {
    const source = createSource();
    source.stored.set('acc_1 sub_1', subscription());
    const cached = cacheAccountSubscriptions(source, cacheMs);
    await cached.listSubscriptions('acc_1');

    expect(await cached.listSubscriptions('acc_2')).toEqual([]);
  });

  test('ten events at once cost one read', async () => {
    const source = createSource();
    const cached = cacheAccountSubscriptions(source, cacheMs);

    await Promise.all(Array.from({ length: 10 }, () => cached.listSubscriptions('acc_1')));

    expect(source.reads).toEqual(['acc_1']);
  });

  test('a failed read is not kept', async () => {
    const source = createSource();
    let broken = true;
    const store = {
      async listSubscriptions(accountId: string) {
        if (broken) throw new Error('the table is down');
        return source.listSubscriptions(accountId);
      },
    };
    const cached = cacheAccountSubscriptions(store, cacheMs);

    await expect(cached.listSubscriptions('acc_1')).rejects.toThrow('the table is down');
    broken = false;
    expect(await cached.listSubscriptions('acc_1')).toEqual([]);
  });
});

describe('the deliverer’s cache', () => {
  test('reads a subscription once in five seconds, and anew after them', async () => {
    const source = createSource();
    source.stored.set('acc_1 sub_1', subscription());
    const cached = cacheSubscriptionLookup(source, cacheMs);

    expect(await cached.findSubscription('acc_1', 'sub_1')).toEqual(subscription());
    source.stored.clear();
    pass(cacheMs - 1);
    expect(await cached.findSubscription('acc_1', 'sub_1')).toEqual(subscription());
    pass(2);
    expect(await cached.findSubscription('acc_1', 'sub_1')).toBeUndefined();
  });

  test('remembers that there is none', async () => {
    const source = createSource();
    const cached = cacheSubscriptionLookup(source, cacheMs);

    await cached.findSubscription('acc_1', 'sub_1');
    await cached.findSubscription('acc_1', 'sub_1');

    expect(source.reads).toHaveLength(1);
  });

  test('never answers with another account’s subscription', async () => {
    const source = createSource();
    source.stored.set('acc_1 sub_1', subscription());
    const cached = cacheSubscriptionLookup(source, cacheMs);
    await cached.findSubscription('acc_1', 'sub_1');

    expect(await cached.findSubscription('acc_2', 'sub_1')).toBeUndefined();
  });

  test('answers who is reading while this sandbox writes, and then reads anew', async () => {
    const source = createSource();
    source.stored.set('acc_1 sub_1', subscription());
    const cached = cacheSubscriptionLookup(source, cacheMs);

    await cached.findSubscription('acc_1', 'sub_1');
    pass(cacheMs + 1);
    const reading = cached.findSubscription('acc_1', 'sub_1');
    await cached.replaceSubscription(subscription(), subscription());

    expect(await reading).toEqual(subscription());
    await cached.findSubscription('acc_1', 'sub_1');
    expect(source.reads).toHaveLength(3);
  });

  test.each(['written', 'refused', 'failed'])(
    'does not keep what was read while a write was under way, which was %s',
    async (end) => {
      const source = createSource();
      const [before, after] = [subscription({ version: 1 }), subscription({ version: 2 })];
      source.stored.set('acc_1 sub_1', before);
      const cached = cacheSubscriptionLookup(
        {
          ...source,
          async replaceSubscription() {
            expect(await cached.findSubscription('acc_1', 'sub_1')).toEqual(before);
            source.stored.set('acc_1 sub_1', after);
            if (end === 'failed') throw new Error('its answer is lost');
            return end === 'written';
          },
        },
        cacheMs,
      );

      await cached.replaceSubscription(before, after).catch(() => false);

      expect(await cached.findSubscription('acc_1', 'sub_1')).toEqual(after);
    },
  );

  test.each([true, false])(
    'reads anew what this sandbox itself has written, or tried to: %s',
    async (isWritten) => {
      const source = { ...createSource(), replaceSubscription: async () => isWritten };
      source.stored.set('acc_1 sub_1', subscription());
      const cached = cacheSubscriptionLookup(source, cacheMs);
      await cached.findSubscription('acc_1', 'sub_1');

      expect(await cached.replaceSubscription(subscription(), subscription())).toBe(isWritten);
      await cached.findSubscription('acc_1', 'sub_1');

      expect(source.reads).toHaveLength(2);
    },
  );
});

describe('however large the subscriptions are, a cache', () => {
  const maxBytes = 32 * 1024 * 1024;
  const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  /** Nearly as large as an owner can make it. */
  const large = (accountId: string, id: string) =>
    subscription({ accountId, id, description: 'x'.repeat(30_000) });

  /** How many of the latest are answered without a read, the latest first, so that asking drops none of them. */
  async function countKept(
    names: readonly string[],
    reads: readonly string[],
    ask: (name: string) => unknown,
  ) {
    for (const [index, name] of names.toReversed().entries()) {
      const before = reads.length;
      await ask(name);
      if (reads.length > before) return index;
    }
    return names.length;
  }

  test('of accounts keeps the latest of them, up to 32 MiB', async () => {
    const reads: string[] = [];
    const accountOf = (accountId: string) =>
      Array.from({ length: 50 }, (_, index) => large(accountId, `sub_${index}`));
    const listSubscriptions = async (accountId: string) => (reads.push(accountId), accountOf(accountId));
    const cached = cacheAccountSubscriptions({ listSubscriptions }, cacheMs);
    const accountIds = Array.from({ length: 200 }, (_, index) => `acc_${index}`);
    for (const accountId of accountIds) await cached.listSubscriptions(accountId);
    expect(reads).toEqual(accountIds);

    const kept = await countKept(accountIds, reads, (accountId) => cached.listSubscriptions(accountId));

    const filled = (kept * bytesOf(accountOf('acc_100'))) / maxBytes;
    expect(filled).toBeLessThanOrEqual(1);
    expect(filled).toBeGreaterThan(0.9);
  });

  test('of single subscriptions keeps the latest of them, up to 32 MiB', async () => {
    const source = createSource();
    const ids = Array.from({ length: 1_500 }, (_, index) => `sub_${index}`);
    for (const id of ids) source.stored.set(`acc_1 ${id}`, large('acc_1', id));
    const cached = cacheSubscriptionLookup(source, cacheMs);
    for (const id of ids) await cached.findSubscription('acc_1', id);

    const kept = await countKept(ids, source.reads, (id) => cached.findSubscription('acc_1', id));

    const filled = (kept * bytesOf(large('acc_1', 'sub_1000'))) / maxBytes;
    expect(filled).toBeLessThanOrEqual(1);
    expect(filled).toBeGreaterThan(0.9);
  });

  test('of accounts answers with one that is too large to keep', async () => {
    const source = createSource();
    const huge = subscription({ description: 'x'.repeat(maxBytes) });
    source.stored.set('acc_1 sub_1', huge);
    const cached = cacheAccountSubscriptions(source, cacheMs);

    expect([await cached.listSubscriptions('acc_1'), await cached.listSubscriptions('acc_1')]).toEqual([
      [huge],
      [huge],
    ]);
    expect(source.reads).toHaveLength(2);
  });

  test('of accounts keeps two thousand small ones', async () => {
    const source = createSource();
    const cached = cacheAccountSubscriptions(source, cacheMs);
    const accountIds = Array.from({ length: 2_000 }, (_, index) => `acc_${index}`);
    for (const accountId of [...accountIds, ...accountIds]) await cached.listSubscriptions(accountId);

    expect(source.reads).toEqual(accountIds);
  });
});

test('an account’s status is read once in five seconds', async () => {
  const reads: string[] = [];
  const store: AccountStatusLookup = {
    async findAccountStatus(accountId) {
      reads.push(accountId);
      return reads.length > 1 ? 'suspended' : 'active';
    },
  };
  const cached = cacheAccountStatus(store, cacheMs);

  expect([await cached.findAccountStatus('acc_1'), await cached.findAccountStatus('acc_1')]).toEqual([
    'active',
    'active',
  ]);
  pass(cacheMs + 1);
  expect(await cached.findAccountStatus('acc_1')).toBe('suspended');
});

describe('the cache of names', () => {
  function createNames(...answers: string[][]) {
    const asked: string[] = [];
    const resolveName = async (name: string) => {
      asked.push(name);
      return answers.shift() ?? [];
    };
    return { asked, names: cacheNames({ resolveName }) };
  }

  test('tells a call the addresses for which its limits were asked, for ten seconds', async () => {
    const { asked, names } = createNames(['203.0.113.7'], ['198.51.100.1']);
    const first = await names.resolveName('silent.example');
    pass(9_000);

    expect([first, await names.resolveName('silent.example')]).toEqual([['203.0.113.7'], ['203.0.113.7']]);
    pass(1_001);
    expect(await names.resolveName('silent.example')).toEqual(['198.51.100.1']);
    expect(asked).toHaveLength(2);
  });

  test('asks once for all who ask at the same time, and for each name by itself', async () => {
    const { asked, names } = createNames(['203.0.113.7'], ['198.51.100.1']);

    await Promise.all(['a.example', 'a.example', 'b.example'].map((name) => names.resolveName(name)));

    expect(asked).toEqual(['a.example', 'b.example']);
  });

  test('keeps no empty answer', async () => {
    const { names } = createNames([], ['203.0.113.7']);
    await names.resolveName('late.example');

    expect(await names.resolveName('late.example')).toEqual(['203.0.113.7']);
  });

  test('keeps no fault, which every one who has asked gets to know', async () => {
    let isBroken = true;
    const names = cacheNames({
      resolveName: async () => {
        if (isBroken) throw new Error('no more files');
        return ['203.0.113.7'];
      },
    });
    const asked = [names.resolveName('late.example'), names.resolveName('late.example')];
    for (const each of asked) await expect(each).rejects.toThrow('no more files');
    isBroken = false;

    expect(await names.resolveName('late.example')).toEqual(['203.0.113.7']);
  });
});
