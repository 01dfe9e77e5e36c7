import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  callbackLimits,
  limitsAhead,
  limitsOfProbe,
  verificationLimits,
} from '../../../core/deliveries/call-limits.ts';
import { type CallLimit, intervalMs, latestStartMs, turnMs } from '../../../core/rate-limit.ts';
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

  test('of a probe hold back no probe behind deliveries of its own subscription', () => {
    const proven = limitsOfProbe(limitsOf({ rateLimit: { calls: 1, perSeconds: 60 } }));

    expect(proven.map(({ name }) => name)).toEqual(['account', 'host', 'domain', 'address']);
  });

  test('of probes at an address that has never answered are one a second, apart from other calls', () => {
    const unproven = { receiver: {} };
    const buckets = (limits: readonly CallLimit[]) =>
      limits.filter(({ name }) => name === 'unproven-address').map(({ bucket }) => bucket);

    const probes = limitsOfProbe(limitsOf(unproven));
    expect(probes[0]).toMatchObject({ name: 'unproven-address', perSecond: 1, freePerSecond: 0 });
    expect(buckets(probes)).toEqual(buckets(limitsOf(unproven)).map((bucket) => `probe ${bucket}`));
    expect(buckets(limitsOfProbe(limitsOf({ ...unproven, id: 'sub_2' })))).toEqual(buckets(probes));
  });

  test('include what the owner has asked for, which is kept to the call', () => {
    expect(limitsOf({ rateLimit: { calls: 5, perSeconds: 1 } })[0]).toMatchObject({
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

  test('let the sandboxes of both queues together make a tenth of their calls free', () => {
    const freeOf = (maxDeliverers: number) =>
      callbackLimits(subscription(), { ...settings, maxDeliverers }, known).map(
        ({ perSecond, freePerSecond }) => Math.round((perSecond / freePerSecond) * 1_000) / 1_000,
      );

    expect(freeOf(100)).toEqual([2_000, 2_000, 2_000, 2_000, 2_000]);
    expect(freeOf(2)).toEqual([40, 40, 40, 40, 40]);
  });

  test('reserve turns up to 15 minutes ahead, and yield to nobody before they have waited', () => {
    for (const limit of limitsOf()) {
      expect(limit.maxWaitMs).toBe(900_000);
      expect(limit).not.toHaveProperty('yieldsMs');
    }
  });

  test.each<[calls: number, perSeconds: 1 | 60, perSecond: number, maxWaitMs: number]>([
    [1, 1, 1, 60_000],
    [10, 1, 10, 60_000],
    [1, 60, 1 / 60, 120_000],
    [2, 60, 2 / 60, 60_000],
    [30, 60, 0.5, 60_000],
    [1_000, 60, 1_000 / 60, 60_000],
  ])('%i calls in %i s are reserved about a minute ahead', (calls, perSeconds, perSecond, maxWaitMs) => {
    expect(limitsOf({ rateLimit: { calls, perSeconds } })[0]).toMatchObject({ perSecond, maxWaitMs });
  });

  test('of one subscription have another bucket for each rate, so that a changed one is asked anew', () => {
    const rates = [undefined, { calls: 30, perSeconds: 60 }, { calls: 30, perSeconds: 1 }] as const;
    const [, perMinute, perSecond] = rates.map((rateLimit) => limitsOf({ rateLimit })[0]?.bucket);
    expect(perMinute).toBe('subscription acc_1 sub_1 30/60s');
    expect(perSecond).toBe('subscription acc_1 sub_1 30/1s');
    const lowered = limitsOf({ rateLimit: { calls: 20, perSeconds: 60 } });
    const turn = { at: '2026-11-23T17:00:00.000Z', passed: [perMinute ?? ''] };
    expect(limitsAhead(lowered, turn, new Date(turn.at), 60_000)).toEqual(lowered);
  });

  test.each([
    [0, 100],
    [1, 100],
    [2, 100],
    [3, 66],
    [4, 50],
    [200, 1],
    [1_000, 1],
  ])('with %i accounts that wait there, give each %i calls a second of a host', (contenders, perSecond) => {
    const [share] = callbackLimits(subscription(), settings, { ...known, contenders });

    expect(share).toMatchObject({ name: 'account-at-host', perSecond });
  });

  test('leave out an address where there is none', () => {
    const names = callbackLimits(subscription(), settings, { addresses: [], contenders: 0 }).map(
      ({ name }) => name,
    );

    expect(names).toEqual(['account-at-host', 'account', 'host', 'domain']);
  });

  test.each([
    ['https://a.b.example.co.uk/', 'example.co.uk'],
    ['https://one.github.io/', 'one.github.io'],
    ['https://two.one.github.io:8443/', 'one.github.io'],
    ['https://203.0.113.9/', '203.0.113.9'],
    ['https://localhost/', 'localhost'],
  ])('take %s for a host of %s, which is its owner’s', (url, domain) => {
    expect(limitsOf({ url }).find(({ name }) => name === 'domain')?.bucket).toBe(`domain ${domain}`);
  });

  test('hold an account to one call a second at each address and domain that never answered', () => {
    const limits = callbackLimits(subscription({ receiver: {} }), settings, {
      addresses: ['203.0.113.7', '203.0.113.8', '203.0.113.7'],
      contenders: 0,
    });

    expect(limits.filter(({ perSecond }) => perSecond === 1).map(({ bucket }) => bucket)).toEqual([
      'unproven-address acc_1 203.0.113.7',
      'unproven-address acc_1 203.0.113.8',
      'unproven-address acc_1 example.com',
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
  const limits = limitsOf({ rateLimit: { calls: 5, perSeconds: 1 } });
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

  test('make a call that has waited for its account’s share yield at the host, and no other', () => {
    const share = limits.find(({ name }) => name === 'account-at-host')?.bucket ?? '';
    const hostAfter = (passed: string[], lateMs: number) =>
      limitsAhead(limits, { at: new Date(now.getTime() - lateMs).toISOString(), passed }, now, 60_000).filter(
        (limit) => limit.yieldsMs !== undefined || (limit.name === 'host' && limit.maxWaitMs !== 900_000),
      );

    expect(hostAfter([own], 0)).toEqual([]);
    expect(hostAfter([own, share], 0)).toMatchObject([
      { name: 'host', bucket: 'host crm.example.com', maxWaitMs: 1_000, yieldsMs: 1_500 },
    ]);
    expect(hostAfter([own, share, 'host crm.example.com'], 60_001)).toEqual([]);
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

  test.each<[name: string, overrides: Partial<CallLimit>, latestMs: number]>([
    ['as far ahead as the limit lets it wait, after the burst', {}, 905_900],
    ['not ahead at all if nobody waits', { maxWaitMs: 0 }, 5_900],
    ['so much earlier if it leaves a part to others', { maxWaitMs: 1_000, yieldsMs: 1_500 }, 5_400],
  ])('may be reserved %s', (_, overrides, latestMs) => {
    expect(latestStartMs({ ...limit(10), ...overrides }, 5_000)).toBe(latestMs);
  });

  test('comes an interval after the one before: a second by the rate', () => {
    expect([1, 4, 200].map((perSecond) => intervalMs({ perSecond }))).toEqual([1_000, 250, 5]);
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
