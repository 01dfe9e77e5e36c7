import { describe, expect, test } from '@jest/globals';
import { type FailureReason, failureReasons } from '../../../core/receivers/delivery-outcome.ts';
import { learnFrom, type Receiver } from '../../../core/receivers/receiver.ts';

const now = new Date('2026-11-23T17:00:00.000Z');
const at = now.toISOString();
const before = '2026-11-20T00:00:00.000Z';
const deadlineMs = 15_000;

function succeed(durationMs = 12) {
  return { kind: 'success', status: 204, durationMs } as const;
}

function fail(reason: FailureReason, durationMs = 12) {
  return { kind: 'failure', reason, durationMs } as const;
}

function learn(receiver: Receiver, outcome: Parameters<typeof learnFrom>[1]) {
  return learnFrom(receiver, outcome, now, deadlineMs);
}

describe('a success', () => {
  test('proves the address, once', () => {
    expect(learn({}, succeed())).toEqual({ receiver: { provenAt: at } });
    expect(learn({ provenAt: before }, succeed())).toBeUndefined();
  });

  test('makes refusals before it not count any more', () => {
    expect(learn({ provenAt: before, addressRefusals: 2 }, succeed())).toEqual({
      receiver: { provenAt: before },
    });
  });
});

describe('a failure', () => {
  test.each(
    failureReasons.filter((reason) => !['gone', 'invalid-url', 'address-forbidden'].includes(reason)),
  )('by %s teaches nothing about the receiver', (reason) => {
    expect(learn({}, fail(reason))).toBeUndefined();
    expect(learn({ provenAt: before, addressRefusals: 2 }, fail(reason))).toBeUndefined();
  });

  test.each(['gone', 'invalid-url'] as const)('by %s disables, and keeps what is known', (reason) => {
    const known = { provenAt: before, addressRefusals: 1 };

    expect(learn(known, fail(reason))).toEqual({ receiver: known, disable: reason });
  });

  test('by a refused address disables at the third time in a row', () => {
    const reason = 'address-forbidden';

    expect(learn({}, fail(reason))).toEqual({ receiver: { addressRefusals: 1 } });
    expect(learn({ addressRefusals: 1 }, fail(reason))).toEqual({ receiver: { addressRefusals: 2 } });
    expect(learn({ addressRefusals: 2 }, fail(reason))).toEqual({
      receiver: { addressRefusals: 3 },
      disable: reason,
    });
  });
});

describe('a receiver is slow', () => {
  test.each([
    [3_749, false],
    [3_750, true],
    [15_000, true],
  ])('after a call of %i ms of 15 s: %s', (durationMs, isSlow) => {
    const expected = isSlow ? { receiver: { provenAt: before, slowSince: at } } : undefined;

    expect(learn({ provenAt: before }, succeed(durationMs))).toEqual(expected);
  });

  test('since the first such call, whatever came of it, until a call is quick', () => {
    expect(learn({}, fail('timeout', 15_000))).toEqual({ receiver: { slowSince: at } });
    expect(learn({ slowSince: before }, fail('timeout', 15_000))).toBeUndefined();
    expect(learn({ slowSince: before }, fail('status'))).toEqual({ receiver: {} });
  });
});
