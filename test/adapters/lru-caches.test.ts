import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  cacheAccountStatus,
  cacheAccountSubscriptions,
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
