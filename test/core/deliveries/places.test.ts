import { describe, expect, test } from '@jest/globals';
import { maxPlaces, placeWindows } from '../../../core/deliveries/places.ts';

test.each([
  [2, 1],
  [3, 2],
  [4, 3],
  [5, 3],
  [8, 6],
  [100, 75],
  [1_000, 750],
])('of %d places an account may take %d: somebody else always finds one', (maxDeliverers, cap) => {
  expect(maxPlaces({ maxDeliverers })).toBe(cap);
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
