import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { createPace, pauseMs } from '../../client/pace.ts';

const none = () => 0;
const most = () => 1;

test('a pause can be anything up to a base that doubles, and has an end', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 20].map((failures) => pauseMs(failures, most))).toEqual([
    200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000,
  ]);
  expect(pauseMs(4, () => 0.25)).toBe(400);
  expect(pauseMs(4, none)).toBe(0);
});

describe('the pace', () => {
  test('has no gap until a call is throttled', () => {
    const pace = createPace(most);
    for (let call = 0; call < 5; call += 1) {
      pace.started(7);
      pace.accepted();
      expect(pace.waitMs(7)).toBe(0);
    }
  });

  test('pauses after a throttled call, longer with each in a row', () => {
    const pace = createPace(most);
    pace.throttled(0, 10);
    expect(pace.waitMs(10)).toBe(220);
    expect(pace.waitMs(100)).toBe(130);
    expect(pace.waitMs(1_000)).toBe(0);
    pace.throttled(1_000, 1_010);
    expect(pace.waitMs(1_010)).toBe(420);
    pace.accepted();
    pace.throttled(2_000, 2_010);
    expect(pace.waitMs(2_010)).toBeCloseTo(200 + 2 * 20 * (31 / 32));
  });

  test('leaves a gap between calls from then on, which shrinks with accepted calls and goes away', () => {
    const pace = createPace(none);
    pace.throttled(0, 0);
    expect(pace.waitMs(0)).toBe(20);
    pace.started(20);
    expect(pace.waitMs(20)).toBe(20);
    pace.accepted();
    pace.started(40);
    expect(pace.waitMs(40)).toBeCloseTo(20 * (31 / 32));
    for (let call = 0; call < 100; call += 1) pace.accepted();
    pace.started(1_000);
    expect(pace.waitMs(1_000)).toBe(0);
  });

  test('doubles the gap once for calls that were under way together, and once until a call is accepted', () => {
    const pace = createPace(none);
    pace.throttled(0, 10);
    pace.throttled(5, 11);
    pace.throttled(20, 21);
    pace.started(100);
    expect(pace.waitMs(100)).toBe(20);
    pace.accepted();
    pace.throttled(200, 210);
    expect(pace.waitMs(210)).toBeCloseTo(2 * 20 * (31 / 32));
  });

  test('has a longest gap', () => {
    const pace = createPace(none);
    for (let time = 0; time < 2_000; time += 100) {
      pace.throttled(time, time);
      expect(pace.waitMs(time)).toBeLessThanOrEqual(2_000);
      pace.accepted();
    }
    pace.throttled(3_000, 3_000);
    expect(pace.waitMs(3_000)).toBe(2_000);
  });
});

type Quota = (now: number) => boolean;

function bucketOf(perSecond: number): Quota {
  let tokens = perSecond;
  let last = 0;
  return (now) => {
    tokens = Math.min(perSecond, tokens + ((now - last) * perSecond) / 1_000);
    last = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

function windowOf(perSecond: number): Quota {
  let second = 0;
  let used = 0;
  return (now) => {
    if (Math.floor(now / 1_000) !== second) used = 0;
    second = Math.floor(now / 1_000);
    used += 1;
    return used <= perSecond;
  };
}

/** Sends 500 full calls against a quota of entries, ten calls at a time, in a time of its own. */
function publishAgainst(takes: Quota, random: () => number) {
  const pace = createPace(random);
  let waiting = Array.from({ length: 500 }, () => ({ attempts: 0, notBefore: 0, entries: 10 }));
  let underWay: { endsAt: number; startedAt: number; batch: (typeof waiting)[number] }[] = [];
  let mostAttempts = 0;
  let now = 0;
  for (; waiting.length + underWay.length > 0; now += 1) {
    for (const { startedAt, batch } of underWay.filter(({ endsAt }) => endsAt <= now)) {
      const accepted = Array.from({ length: batch.entries }, () => takes(now)).filter(Boolean).length;
      batch.attempts += 1;
      batch.entries -= accepted;
      batch.notBefore = now + pauseMs(batch.attempts, random);
      mostAttempts = Math.max(mostAttempts, batch.attempts);
      if (batch.entries === 0) pace.accepted();
      else pace.throttled(startedAt, now);
      if (batch.entries > 0) waiting.push(batch);
    }
    underWay = underWay.filter(({ endsAt }) => endsAt > now);
    const due = waiting.find(({ notBefore }) => notBefore <= now);
    if (due && underWay.length < 10 && pace.waitMs(now) === 0) {
      waiting = waiting.filter((batch) => batch !== due);
      underWay.push({ batch: due, startedAt: now, endsAt: now + 5 });
      pace.started(now);
    }
  }
  return { mostAttempts, seconds: now / 1_000 };
}

describe('5,000 events at once', () => {
  test.each<[what: string, quota: () => Quota, perSecond: number]>([
    ['400 a second, as a bucket', () => bucketOf(400), 400],
    ['400 a second, as a window', () => windowOf(400), 400],
    ['2,400 a second, as a bucket', () => bucketOf(2_400), 2_400],
    ['1,000 a second, as a window', () => windowOf(1_000), 1_000],
  ])('are taken by a quota of %s, within five attempts each and the default time', (_, quota, perSecond) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const generator = xoroshiro128plus(seed);
        const { mostAttempts, seconds } = publishAgainst(quota(), () => uniformFloat64(generator));
        expect(mostAttempts).toBeLessThanOrEqual(5);
        expect(seconds).toBeLessThan(Math.min(30, (2 * 5_000) / perSecond + 5));
      }),
      { numRuns: 30 },
    );
  });
});
