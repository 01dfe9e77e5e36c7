import { describe, expect, test } from '@jest/globals';
import { maxPlaces, placeWindows } from '../../../core/deliveries/places.ts';

test.each([
  // [maxDeliverers, for any receivers, for those known to be slow]
  [2, 1, 1],
  [3, 2, 1],
  [4, 3, 1],
  [5, 3, 2],
  [8, 6, 2],
  [100, 75, 25],
  [1_000, 750, 250],
])('of %d places an account may take %d, and %d for slow receivers', (maxDeliverers, any, slow) => {
  expect(maxPlaces({ maxDeliverers }, false)).toBe(any);
  expect(maxPlaces({ maxDeliverers }, true)).toBe(slow);
  // Somebody else always finds one.
  expect(any).toBeLessThan(maxDeliverers);
});

describe('a window', () => {
  const settings = { delivererTimeoutSeconds: 30 };
  const current = { startMs: 1_200_000, endMs: 1_320_000 };
  const next = { startMs: 1_320_000, endMs: 1_440_000 };

  test.each([
    ['from its start', 1_200_000, { current }],
    ['alone if the longest batch ends in it', 1_290_000, { current }],
    ['with the next one if a batch may last into it', 1_290_001, { current, next }],
    ['to its end', 1_319_999, { current, next }],
  ])('counts %s', (_, nowMs, windows) => {
    expect(placeWindows(settings, new Date(nowMs))).toEqual(windows);
  });
});
