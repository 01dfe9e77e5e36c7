import { describe, expect, test } from '@jest/globals';
import { billOf, durationMs, keepingCostOf, perMillionDeliveries } from '../../bench/cost/bill.ts';
import type { Usage } from '../../bench/cost/usage.ts';
import { sumOf } from '../../bench/cost/usage.ts';

const nothing: Usage = {
  fanOut: 1,
  queueRequests: {},
  tableRequests: {},
  writeUnits: {},
  readUnits: {},
  keyRequests: 0,
  invocations: {},
  logBytes: {},
  storedBytes: 0,
  callbackBytes: 0,
};

/** Dollars for a million events, worked out by hand. */
const cases: readonly (readonly [string, Partial<Usage>, object])[] = [
  ['an event costs a dollar a million', {}, { EventBridge: 1 }],
  ['requests to fair queues cost 0.40 + 0.10', { queueRequests: { a: 1, b: 0.5 } }, { SQS: 0.75 }],
  [
    'write units cost 0.625, read units 0.125',
    { writeUnits: { a: 3 }, readUnits: { b: 2 } },
    { DynamoDB: 2.125 },
  ],
  ['10,000 requests for keys cost 0.03', { keyRequests: 1 }, { KMS: 3 }],
  ['a GB of log lines costs 0.50', { logBytes: { a: 600, b: 400 } }, { 'CloudWatch Logs': 0.5 }],
  // 800 bytes and 200 around each of the two calls.
  ['a GB of callbacks costs 0.09', { fanOut: 2, callbackBytes: 600 }, { 'Data transfer': 0.09 }],
];

describe('the bill', () => {
  test.each(cases)('%s', (_, used, expected) => {
    const bill = billOf({ ...nothing, ...used }, {});

    const million = Object.fromEntries(Object.entries(bill).map(([name, cost]) => [name, cost * 1e6]));
    for (const [service, dollars] of Object.entries(expected))
      expect(million[service]).toBeCloseTo(dollars, 6);
  });

  test('an invocation costs its request, and its time by its memory', () => {
    // 100 ms of 1,024 MB: 0.1 GB-s at 0.0000133334, and 0.20 a million.
    const models = { worker: { memoryMb: 1_024, cpuMs: 0, waitingMs: 100 } };

    const bill = billOf({ ...nothing, invocations: { worker: 2 } }, models);

    expect(bill.Lambda * 1e6).toBeCloseTo(2 * (0.2 + 1.333_34), 6);
    expect(() => billOf({ ...nothing, invocations: { other: 1 } }, models)).toThrow('other');
  });

  test('of a million deliveries, an event with five has a fifth of a million events', () => {
    const usage = { ...nothing, fanOut: 5, writeUnits: { delivery: 5 } };

    const bill = perMillionDeliveries(billOf(usage, {}), usage);

    expect(bill).toMatchObject({ EventBridge: expect.closeTo(0.2, 6), DynamoDB: expect.closeTo(0.625, 6) });
    expect(sumOf(bill)).toBeCloseTo(0.2 + 0.625 + bill['Data transfer'], 6);
  });

  test('what is kept costs by size and time, with backups', () => {
    // A GiB for a month: 0.25 and 0.20.
    expect(keepingCostOf({ storedBytes: 1_024 ** 3 }, 30)).toBeCloseTo(0.45, 6);
    expect(keepingCostOf({ storedBytes: 1_024 ** 3 }, 60)).toBeCloseTo(0.9, 6);
  });
});

test.each([
  [
    'a half of a processor takes twice as long to compute',
    { memoryMb: 884.5, cpuMs: 10, waitingMs: 100 },
    120,
  ],
  ['more than a processor helps nothing', { memoryMb: 3_538, cpuMs: 10, waitingMs: 100 }, 110],
  ['each millisecond that has begun counts', { memoryMb: 1_769, cpuMs: 0.2, waitingMs: 1 }, 2],
])('of an invocation, %s', (_, model, expected) => {
  expect(durationMs(model)).toBe(expected);
});
