import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { callbackLimits, limitsAhead, verificationLimits } from '../../../core/deliveries/call-limits.ts';
import { type CallLimit, turnMs } from '../../../core/rate-limit.ts';
import { subscription } from '../../support/builders.ts';

const settings = { accountRatePerSecond: 500, hostRatePerSecond: 200, maxDeliverers: 100 };
const known = { addresses: ['203.0.113.7'], contenders: 0 };

function limitsOf(overrides: Parameters<typeof subscription>[0] = {}) {
  return callbackLimits(subscription(overrides), settings, known);
}

describe('the limits of a callback', () => {
  test('are those of its account at the host, of the account, and of host, domain and address for all accounts', () => {
    expect(limitsOf().map(({ name, bucket, perSecond }) => [name, bucket, perSecond])).toEqual([
      ['account-at-host', 'account-at-host acc_1 crm.example.com', 100],
      ['account', 'account acc_1', 500],
      ['host', 'host crm.example.com', 200],
      ['domain', 'domain example.com', 1_000],
      ['address', 'address 203.0.113.7', 1_000],
    ]);
  });

  test('hold an address that has never answered to one call a second, without a free one', () => {
    expect(limitsOf({ receiver: {} })[0]).toMatchObject({
      name: 'unproven-address',
      perSecond: 1,
      freePerSecond: 0,
    });
  });

  test('include what the owner has asked for, which is kept to the call', () => {
    expect(limitsOf({ rateLimitPerSecond: 5 })[0]).toMatchObject({
      name: 'subscription',
      perSecond: 5,
      freePerSecond: 0,
    });
  });

  test('of two subscriptions are shared by host, whatever the path', () => {
    const buckets = (url: string) => limitsOf({ url, accountId: url }).map(({ bucket }) => bucket);
    const [one, two] = [buckets('https://crm.example.com/a'), buckets('https://crm.example.com/b')];

    expect(one.filter((bucket) => two.includes(bucket))).toEqual([
      'host crm.example.com',
      'domain example.com',
      'address 203.0.113.7',
    ]);
  });

  test('never let one account have a host to itself', () => {
    for (const hostRatePerSecond of [2, 3, 200]) {
      const [share, , host] = callbackLimits(subscription(), { ...settings, hostRatePerSecond }, known);
      expect(share?.perSecond).toBeLessThan(host?.perSecond ?? 0);
    }
  });

  test('do not include those of a request for a verification, which makes nobody wait', () => {
    const limits = verificationLimits(subscription());

    expect(limits).toMatchObject([
      { name: 'verification', bucket: 'verification acc_1 crm.example.com', perSecond: 1, maxWaitMs: 0 },
      { name: 'requested-by-account', bucket: 'requested-by-account acc_1', perSecond: 10, maxWaitMs: 0 },
      { name: 'requested-at-host', bucket: 'requested-at-host crm.example.com', perSecond: 20, maxWaitMs: 0 },
    ]);
    const buckets = limitsOf({ receiver: {} }).map(({ bucket }) => bucket);
    expect(limits.filter(({ bucket }) => buckets.includes(bucket))).toEqual([]);
  });
});

describe('the limits that a delivery has yet to ask', () => {
  const limits = limitsOf({ rateLimitPerSecond: 5 });
  const now = new Date('2026-11-23T17:00:00.000Z');
  const [own = ''] = limits.map(({ bucket }) => bucket);

  function ahead(passed: readonly string[], lateMs: number): string[] {
    const turn = { at: new Date(now.getTime() - lateMs).toISOString(), passed: [...passed] };
    return limitsAhead(limits, turn, now, 60_000).map(({ bucket }) => bucket);
  }
  const others = limits.slice(1).map(({ bucket }) => bucket);

  test('are all without a turn', () => {
    expect(limitsAhead(limits, undefined, now, 60_000)).toEqual(limits);
  });

  test.each([-500, 0, 60_000])('are those that it has not passed, %i ms after its turn', (lateMs) => {
    expect(ahead([own], lateMs)).toEqual(others);
  });

  test('are also those of another host, if it has passed what its URL was before', () => {
    const passed = limitsOf({ url: 'https://before.example.com/' }).map(({ bucket }) => bucket);

    expect(ahead(passed, 0)).toEqual([own, 'account-at-host acc_1 crm.example.com', 'host crm.example.com']);
    expect(ahead(passed, 60_001)).toContain('host crm.example.com');
  });

  test('are the passed ones once more among the late, at the same rate, when its turn is over for long', () => {
    expect(ahead([own], 60_001)).toEqual([`overdue ${own}`, ...others]);
    const turn = { at: '2026-11-23T16:00:00.000Z', passed: [own] };
    expect(limitsAhead(limits, turn, now, 60_000)[0]).toMatchObject({ name: 'subscription', perSecond: 5 });
  });

  test('are not the passed ones for a third time, however late it is', () => {
    expect(ahead([own, `overdue ${own}`], 86_400_000)).toEqual(others);
  });
});

describe('the turn of a token', () => {
  const limit = (perSecond: number): CallLimit => ({
    name: 'host',
    bucket: 'host x',
    perSecond,
    freePerSecond: 0,
    maxWaitMs: 900_000,
  });

  test('is at once for a second’s worth of an idle bucket, and an interval later for each one more', () => {
    const turns = [0, 9, 10, 11].map((index) => turnMs(limit(10), 5_000, index, 5_000));

    expect(turns).toEqual([5_000, 5_000, 5_100, 5_200]);
  });

  test('at one call a second is never the second in a second', () => {
    expect([0, 1, 2].map((index) => turnMs(limit(1), 5_000, index, 5_000))).toEqual([5_000, 6_000, 7_000]);
  });

  test('no second holds more than two seconds’ worth, and ten seconds hold eleven', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(1_000), (perSecond, from) => {
        const turns = Array.from({ length: perSecond * 20 }, (_, index) =>
          turnMs(limit(perSecond), 0, index, 0),
        );
        const within = (ms: number) => turns.filter((turn) => turn >= from && turn < from + ms).length;
        expect(within(1_000)).toBeLessThanOrEqual(2 * perSecond);
        expect(within(10_000)).toBeLessThanOrEqual(11 * perSecond);
      }),
      { numRuns: 200 },
    );
  });
});
