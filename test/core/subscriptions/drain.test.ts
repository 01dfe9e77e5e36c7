import { describe, expect, test } from '@jest/globals';
import { type Drain, drainAfter, rateOf } from '../../../core/subscriptions/drain.ts';

const policy = { drainStepSeconds: 60, drainStartPerSecond: 1, drainMaxPerSecond: 50 };
const start = Date.parse('2026-11-23T17:00:00.000Z');
const at = (seconds: number) => new Date(start + seconds * 1_000);
const iso = (seconds: number) => at(seconds).toISOString();
const begun: Drain = { since: iso(0), nextAt: iso(0), perSecond: 0 };
const step = (found: number) => ({ found, room: 60 });

describe('a drain', () => {
  test('doubles with each step that found something, up to its limit', () => {
    const rates: number[] = [];
    let drain: Drain | undefined = begun;
    for (let index = 0; drain && index < 9; index += 1) {
      rates.push(rateOf(drain, policy));
      drain = drainAfter(drain, step(1), at(index * 60), policy);
    }

    expect(rates).toEqual([1, 2, 4, 8, 16, 32, 50, 50, 50]);
    expect(drain?.nextAt).toBe(iso(9 * 60));
  });

  test('never exceeds a limit that is lower than its start', () => {
    expect(rateOf(begun, { ...policy, drainStartPerSecond: 10, drainMaxPerSecond: 5 })).toBe(5);
  });

  test('ends after two looks that found nothing, a step apart', () => {
    const once = drainAfter(begun, step(0), at(0), policy);
    expect(once).toEqual({ ...begun, emptySince: iso(0), nextAt: iso(60) });

    const early = once && drainAfter(once, step(0), at(59.999), policy);
    expect(early).toEqual({ ...begun, emptySince: iso(0), nextAt: iso(120) });
    expect(once && drainAfter(once, step(0), at(60), policy)).toBeUndefined();
  });

  test('goes on if the second look finds something, and then needs two again', () => {
    const once = drainAfter(begun, step(0), at(0), policy);
    const again = once && drainAfter(once, step(1), at(60), policy);

    expect(again).not.toHaveProperty('emptySince');
    expect(again && drainAfter(again, step(0), at(120), policy)).toMatchObject({ emptySince: iso(120) });
  });

  test('is behind while a step finds as much as it can release', () => {
    expect(drainAfter(begun, step(60), at(0), policy)).toMatchObject({ isBehind: true });
    const caughtUp = drainAfter({ ...begun, isBehind: true }, step(59), at(0), policy);
    expect(caughtUp).not.toHaveProperty('isBehind');
    expect(drainAfter({ ...begun, isBehind: true }, step(0), at(0), policy)).not.toHaveProperty('isBehind');
  });

  test('keeps what it discards and since when it runs', () => {
    const discarding = { ...begun, discardUntil: iso(0) };

    expect(drainAfter(discarding, step(9), at(0), policy)).toMatchObject({
      since: iso(0),
      discardUntil: iso(0),
    });
    expect(drainAfter(discarding, step(0), at(0), policy)).toMatchObject({ discardUntil: iso(0) });
  });

  test.each([
    ['a moment after it was due', 0.4, 60],
    ['nearly a minute after it was due', 59.9, 104.9],
    ['long after it was due', 600, 645],
  ])('takes its next step when the next sweep comes, if one was taken %s', (_, takenAt, nextAt) => {
    expect(drainAfter(begun, step(10), at(takenAt), policy)?.nextAt).toBe(iso(nextAt));
  });

  test('takes a step each time if the sweeper comes every minute, sooner or later by a second', () => {
    const sweeps = Array.from({ length: 30 }, (_, minute) => minute * 60 + (minute % 3));
    let drain: Drain | undefined = begun;
    const taken = sweeps.filter((seconds) => {
      if (!drain || drain.nextAt > iso(seconds)) return false;
      drain = drainAfter(drain, step(10), at(seconds + 0.05), policy);
      return true;
    });

    expect(taken).toEqual(sweeps);
  });
});
