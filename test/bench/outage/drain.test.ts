import { expect, test } from '@jest/globals';
import type { WatchedCall } from '../../../bench/local-run/receivers-process.ts';
import {
  correlateOrder,
  countBusiest,
  countPerSecond,
  leadOverSteps,
  shareOvertaken,
  shortestDrainSeconds,
} from '../../../bench/outage/drain.ts';

/** A call for each pair of when its event was planned and when it came, in seconds, in the order of their arrival. */
function callsAt(...pairs: readonly (readonly [planned: number, at: number])[]): WatchedCall[] {
  return pairs.map(([planned, at], index) => ({
    id: String(index),
    plannedMicros: planned * 1e6,
    atMicros: at * 1e6,
    isTaken: true,
  }));
}

const settings = { stepSeconds: 1, startPerSecond: 2, maxPerSecond: 5 };

test('calls are counted by the second, and those outside are left out', () => {
  const calls = callsAt([0, 9.9], [1, 10], [2, 10.9], [3, 12], [4, 13]);

  expect(countPerSecond(calls, 10e6, 3)).toEqual([2, 0, 1]);
});

test('the busiest time may begin at any moment', () => {
  const calls = callsAt([0, 0], [1, 0.6], [2, 1.2], [3, 1.5], [4, 2.7]);

  expect(countBusiest(calls, 1)).toBe(3);
  expect(countBusiest(calls, 10)).toBe(5);
  expect(countBusiest([], 1)).toBe(0);
});

test('a drain that keeps its steps runs ahead of none', () => {
  // 2 in the first second, 4 in the second and 5 in each one after it.
  const kept = callsAt([0, 0], [1, 0], [2, 1], [3, 1], [4, 1], [5, 1], [6, 2]);

  expect(leadOverSteps(kept, 0, settings)).toBe(1);
  expect(leadOverSteps(kept, -1e6, settings)).toBeLessThan(1);
  expect(leadOverSteps(callsAt([0, 0], [1, 0], [2, 0], [3, 0]), 0, settings)).toBe(2);
});

test.each([
  [1, 1],
  [2, 1],
  [3, 2],
  [6, 2],
  [11, 3],
  [12, 4],
])('%p deliveries take at least %p steps', (count, steps) => {
  expect(shortestDrainSeconds(count, settings)).toBe(steps);
});

test('a delivery is overtaken if it comes more than a step after a younger one', () => {
  expect(shareOvertaken(callsAt([0, 0], [2, 1], [1, 2], [3, 3]), 1)).toBe(0);
  expect(shareOvertaken(callsAt([0, 0], [2, 1], [1, 2.1], [3, 3]), 1)).toBe(0.25);
});

test('the order is 1 if the oldest comes first, and -1 if it comes last', () => {
  expect(correlateOrder(callsAt([5, 0], [6, 1], [7, 2]))).toBe(1);
  expect(correlateOrder(callsAt([7, 0], [6, 1], [5, 2]))).toBe(-1);
});
