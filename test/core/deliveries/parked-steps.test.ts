import { describe, expect, test } from '@jest/globals';
import {
  type DeliveryInWork,
  deliveryMessageSchema,
  isFinal,
  isOpen,
  messageFor,
} from '../../../core/deliveries/delivery.ts';
import { scheduleOf } from '../../../core/deliveries/delivery-facts.ts';
import {
  claim,
  expire,
  planTest,
  resend,
  revive,
  settle,
  sweep,
} from '../../../core/deliveries/delivery-steps.ts';
import { dropParked, park, release } from '../../../core/deliveries/parking-steps.ts';
import { isExpired } from '../../../core/deliveries/retry-policy.ts';
import { type ParkReason, parkReasons } from '../../../core/subscriptions/parking.ts';
import {
  acceptedAt,
  attempt,
  claimedDelivery,
  deliveryMessage,
  deliveryRef,
  exhaustedDelivery,
  parkedDelivery,
} from '../../support/builders.ts';

const now = new Date('2026-11-23T17:00:00.000Z');
const at = now.toISOString();
const policy = { retryHorizonSeconds: 7 * 86_400 };
/** A second after the horizon, so that it has surely passed. */
const horizon = '2026-11-30T16:55:02.000Z';
/** So much after a pause has begun, a delivery is looked at that it holds back. */
const horizonOfPause = '2026-11-30T17:00:01.000Z';
const pauses: readonly ParkReason[] = ['paused', 'account-paused', 'stage-paused'];
const leaseMs = 60_000;
const times = { waitMs: 5_000, dueInMs: 65_000 };
const failure = attempt({ outcome: { kind: 'failure', reason: 'status', status: 503, durationMs: 1 } });

const first: DeliveryInWork = { message: deliveryMessage({ body: '{}' }), claimed: undefined };
const claimed = claimedDelivery({ version: 4, attemptCount: 2, responseStatus: 500 });
const again: DeliveryInWork = { message: deliveryMessage({ version: 3 }), claimed };
const parked = parkedDelivery({ version: 5, attemptCount: 2 });

describe('parking', () => {
  test.each(parkReasons)('a first message, because of %s, counts no attempt', (reason) => {
    expect(park(first, reason, now, policy)).toEqual({
      ...deliveryRef(),
      state: 'parked',
      reason,
      version: 1,
      attemptCount: 0,
      parkedAt: at,
      updatedAt: at,
      dueAt: pauses.includes(reason) ? horizonOfPause : horizon,
    });
  });

  test('what was claimed keeps what is known of it', () => {
    expect(park(again, 'failing', now, policy)).toMatchObject({
      state: 'parked',
      version: 5,
      attemptCount: 2,
      responseStatus: 500,
      dueAt: horizon,
    });
  });

  test('after a call that failed counts that attempt', () => {
    const row = settle(again, failure, { kind: 'parked', reason: 'failing' }, now, policy);

    expect(row).toMatchObject({ state: 'parked', reason: 'failing', version: 5, attemptCount: 3 });
    expect(row).toMatchObject({ responseStatus: 503, dueAt: horizon });
    expect(row).not.toHaveProperty('probeCount');
  });

  test('lasts until the horizon of the schedule, which a fresh one moves', () => {
    const restarted = { at, attemptCount: 2 };
    const row = park({ ...again, claimed: { ...claimed, restarted } }, 'throttled', now, policy);

    expect(row).toMatchObject({ restarted, dueAt: '2026-11-30T17:00:01.000Z' });
    expect(isExpired({ begunAt: at }, policy, new Date(row.dueAt))).toBe(true);
    expect(isExpired({ begunAt: acceptedAt }, policy, new Date(horizon))).toBe(true);
    expect(isExpired({ begunAt: acceptedAt }, policy, new Date(Date.parse(horizon) - 1_000))).toBe(false);
  });

  test('is open, and no attempt is planned', () => {
    expect(isOpen(parked)).toBe(true);
    expect(isFinal(parked)).toBe(false);
    expect(parked).not.toHaveProperty('nextAttemptAt');
  });
});

describe('a parked delivery', () => {
  test('is released for its planned attempt, with the turn that is reserved for it', () => {
    const turn = { at, passed: ['subscription acc_1 sub_1'] };
    const row = release(parked, times, now, turn);

    expect(row).toEqual({
      ...deliveryRef(),
      state: 'waiting',
      version: 6,
      attemptCount: 2,
      updatedAt: at,
      nextAttemptAt: '2026-11-23T17:00:05.000Z',
      dueAt: '2026-11-23T17:01:05.000Z',
      turn,
    });
    expect(messageFor(row)).toMatchObject({ version: 6, turn });
    expect(release(parked, times, now)).not.toHaveProperty('turn');
  });

  test.each(parkReasons)('begins its schedule later by the time of a pause alone: %s', (reason) => {
    const row = parkedDelivery({ reason, parkedAt: '2026-11-23T16:00:00.000Z', pausedMs: 5_000 });
    const hourMs = pauses.includes(reason) ? 3_600_000 : 0;
    const released = release(row, times, now);

    expect(released).toMatchObject({ pausedMs: hourMs + 5_000 });
    const begunAt = new Date(Date.parse(acceptedAt) + hourMs + 5_000).toISOString();
    expect(scheduleOf({ message: row, claimed: released })).toMatchObject({ begunAt });
    // It counts once, however many steps follow.
    const taken = claim(released, messageFor(released), new Date(now.getTime() + 9_000), leaseMs);
    expect(taken).toMatchObject({ pausedMs: hourMs + 5_000 });
    expect(resend(row, times, now)).not.toHaveProperty('pausedMs');
  });

  test('makes the messages from before void, as its release makes those to itself', () => {
    expect(claim(parked, deliveryMessage({ version: 4 }), now, leaseMs)).toBeUndefined();
    expect(claim(release(parked, times, now), messageFor(parked), now, leaseMs)).toBeUndefined();
  });

  test('is dropped when nobody waits for it any more', () => {
    const row = dropParked(parked, 'discarded', now);

    expect(row).toMatchObject({ state: 'cancelled', reason: 'discarded', version: 6, attemptCount: 2 });
    expect(row).not.toHaveProperty('dueAt');
    expect(row).not.toHaveProperty('parkedAt');
  });

  test('is left alone by the sweeper until its horizon ends', () => {
    expect(
      sweep(parkedDelivery({ dueAt: horizon }), new Date(Date.parse(horizon) - 1), leaseMs),
    ).toBeUndefined();
    expect(sweep(parkedDelivery({ dueAt: horizon }), new Date(horizon), leaseMs)).toMatchObject({
      state: 'waiting',
      version: 2,
    });
  });

  test('can be sent again by its owner, and not be revived by an operator', () => {
    expect(resend(parked, times, now)).toMatchObject({
      state: 'waiting',
      restarted: { at, attemptCount: 2 },
    });
    expect(revive(parked, now, leaseMs)).toBeUndefined();
  });

  test('ends as expired', () => {
    const work = { message: messageFor(parked), claimed: claimedDelivery({ version: 6, attemptCount: 2 }) };

    expect(expire(work, now)).toMatchObject({ state: 'exhausted', reason: 'expired', attemptCount: 2 });
  });
});

describe('a probe', () => {
  const probe: DeliveryInWork = { ...again, message: { ...again.message, probe: 'prb_1' } };
  const spared = { kind: 'parked', reason: 'failing', isSpared: true } as const;
  const failedOnce = settle(probe, failure, spared, now, policy);

  test('carries its mark in its message alone', () => {
    const message = { ...messageFor(parked), probe: 'prb_1' };

    expect(deliveryMessageSchema.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
    expect(failedOnce).not.toHaveProperty('probe');
  });

  test('is an attempt that the schedule does not count, if the delivery is not at fault', () => {
    expect(failedOnce).toMatchObject({ attemptCount: 3, probeCount: 1 });
    expect(scheduleOf({ message: deliveryRef(), claimed: failedOnce })).toEqual({
      begunAt: acceptedAt,
      attemptCount: 2,
    });
    const counted = settle(probe, failure, { kind: 'parked', reason: 'failing' }, now, policy);
    expect(counted).toMatchObject({ state: 'parked', attemptCount: 3 });
    expect(counted).not.toHaveProperty('probeCount');
  });

  test('is counted through every step that follows', () => {
    if (failedOnce.state !== 'parked') throw new Error('it is not parked');
    const released = release(failedOnce, times, now);
    const taken = claim(released, messageFor(released), now, leaseMs);
    const twice = settle({ ...probe, claimed: taken }, failure, spared, now, policy);

    expect(taken).toMatchObject({ probeCount: 1 });
    expect(twice).toMatchObject({ attemptCount: 4, probeCount: 2 });
    expect(scheduleOf({ message: deliveryRef(), claimed: twice })).toMatchObject({ attemptCount: 2 });
  });

  test.each([
    ['its owner', (row: ReturnType<typeof exhaustedDelivery>) => resend(row, times, now)],
    ['an operator', (row: ReturnType<typeof exhaustedDelivery>) => revive(row, now, leaseMs)],
  ])('of before counts neither in a fresh schedule by %s', (_, restart) => {
    const restarted = restart(exhaustedDelivery({ attemptCount: 13, probeCount: 3 }));

    expect(restarted).toMatchObject({ attemptCount: 13, probeCount: 3, restarted: { attemptCount: 10 } });
    expect(scheduleOf({ message: deliveryRef(), claimed: restarted })).toEqual({
      begunAt: at,
      attemptCount: 0,
    });
  });

  test('that succeeds delivers', () => {
    expect(settle(probe, attempt(), { kind: 'delivered' }, now, policy)).toMatchObject({
      state: 'delivered',
      attemptCount: 3,
    });
  });
});

test('a test of the owner stays one through every step', () => {
  const planned = planTest(deliveryRef(), times, now);
  const taken = claim(planned, messageFor(planned), now, leaseMs);
  const waits = settle(
    { message: messageFor(planned), claimed: taken },
    failure,
    { kind: 'parked', reason: 'failing' },
    now,
    policy,
  );

  expect(messageFor(planned)).toMatchObject({ isTest: true });
  expect(taken).toMatchObject({ isTest: true });
  expect(waits).toMatchObject({ isTest: true });
  expect(waits.state === 'parked' && messageFor(release(waits, times, now))).toMatchObject({ isTest: true });
});
