import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type ClaimedDelivery,
  type DeliveryInWork,
  type DeliveryMessage,
  deliveryIdOf,
  deliveryMessageSchema,
  isFinal,
  isLateFirst,
  messageFor,
  mustClaim,
  parseDeliveryId,
  type WaitingDelivery,
} from '../../../core/deliveries/delivery.ts';
import { scheduleOf } from '../../../core/deliveries/delivery-facts.ts';
import {
  cancel,
  claim,
  expire,
  plan,
  planAnew,
  postpone,
  resend,
  revive,
  settle,
  sweep,
  undoSweep,
} from '../../../core/deliveries/delivery-steps.ts';
import {
  acceptedAt,
  attempt,
  claimedDelivery,
  deliveriesOfEachState,
  deliveryMessage,
  deliveryRef,
  waitingDelivery,
} from '../../support/builders.ts';

const now = new Date('2026-11-23T17:00:00.000Z');
const leaseMs = 60_000;
const policy = { retryHorizonSeconds: 7 * 86_400 };

const rows = deliveriesOfEachState({ version: 3, attemptCount: 2 });

function inWork(claimed?: ClaimedDelivery): DeliveryInWork {
  return { message: deliveryMessage(), claimed };
}

describe('deliveryMessageSchema', () => {
  test('a message without version and recheck is a first attempt', () => {
    expect(deliveryMessageSchema.parse(deliveryRef())).toEqual({
      ...deliveryRef(),
      version: 0,
      recheck: false,
    });
  });

  test('takes a type that the catalog no longer holds: what was planned is delivered', () => {
    expect(deliveryMessageSchema.safeParse({ ...deliveryRef(), eventType: 'ticket.retired' }).success).toBe(
      true,
    );
  });

  test.each([
    ['another account id', { accountId: 'a/b' }],
    ['no type', { eventType: '' }],
    ['a negative version', { version: -1 }],
    ['a fractional version', { version: 1.5 }],
    ['a time that is none', { acceptedAt: 'yesterday' }],
  ])('refuses %s', (_, wrong) => {
    expect(deliveryMessageSchema.safeParse({ ...deliveryRef(), ...wrong }).success).toBe(false);
  });
});

describe('deliveryIdOf', () => {
  test('is the same for the same delivery, and another when subscription, event or time is', () => {
    const ids = [
      deliveryRef(),
      deliveryRef({ subscriptionId: 'sub_2' }),
      deliveryRef({ eventId: 'evt_2' }),
      deliveryRef({ acceptedAt: '2026-11-23T16:55:01.001Z' }),
    ].map(deliveryIdOf);

    expect(new Set(ids).size).toBe(4);
    expect(deliveryIdOf(deliveryMessage({ version: 4, recheck: true }))).toBe(ids[0]);
  });

  test('holds what the row is found by', () => {
    const [prefix, encoded = ''] = deliveryIdOf(deliveryRef()).split('_');

    expect(prefix).toBe('dlv');
    expect(Buffer.from(encoded, 'base64url').toString()).toBe('sub_1 2026-11-23T16:55:01.000Z evt_1');
  });

  test('no two deliveries share an id', () => {
    const identifier = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
    const ref = fc.record({ subscriptionId: identifier, eventId: identifier });
    fc.assert(
      fc.property(ref, ref, (a, b) => {
        const same = a.subscriptionId === b.subscriptionId && a.eventId === b.eventId;
        expect(deliveryIdOf(deliveryRef(a)) === deliveryIdOf(deliveryRef(b))).toBe(same);
      }),
    );
  });
});

describe('an id of a delivery', () => {
  const encoded = (text: string) => `dlv_${Buffer.from(text).toString('base64url')}`;
  const { subscriptionId, eventId } = deliveryRef();

  test('is read back', () => {
    expect(parseDeliveryId(deliveryIdOf(deliveryRef()))).toEqual({ subscriptionId, acceptedAt, eventId });
  });

  test('may be as long as its parts can be', () => {
    const longest = { subscriptionId: 's'.repeat(64), eventId: 'e'.repeat(64), acceptedAt };

    expect(parseDeliveryId(deliveryIdOf(deliveryRef(longest)))).toEqual(longest);
  });

  test.each([
    ['nothing', ''],
    ['no prefix', Buffer.from(`sub_1 ${acceptedAt} evt_1`).toString('base64url')],
    ['another prefix', encoded(`sub_1 ${acceptedAt} evt_1`).replace('dlv', 'evt')],
    ['nothing after the prefix', 'dlv_'],
    ['other base64', `${encoded(`sub_1 ${acceptedAt} evt_1`)}=`],
    ['two parts', encoded(`sub_1 ${acceptedAt}`)],
    ['four parts', encoded(`sub_1 ${acceptedAt} evt_1 more`)],
    ['another subscription’s key', encoded(`sub/1 ${acceptedAt} evt_1`)],
    ['another event’s key', encoded(`sub_1 ${acceptedAt} evt#1`)],
    ['no time', encoded('sub_1 yesterday evt_1')],
    ['a long text', `dlv_${'A'.repeat(301)}`],
  ])('is not %s', (_, id) => {
    expect(parseDeliveryId(id)).toBeUndefined();
  });
});

describe('mustClaim', () => {
  test.each([
    ['a first attempt, received once', {}, 1, false],
    ['a first attempt, received again', {}, 2, true],
    ['a recheck', { recheck: true }, 1, true],
    ['a retry', { version: 1 }, 1, true],
  ])('%s', (_, overrides, receiveCount, expected) => {
    expect(mustClaim(deliveryMessage(overrides), receiveCount)).toBe(expected);
  });
});

test.each([
  [-1_000, false],
  [60_000, false],
  [60_001, true],
])('a first message that was sent %i ms ago is late: %s', (ageMs, late) => {
  expect(isLateFirst(new Date(now.getTime() - ageMs), now)).toBe(late);
});

describe('claim', () => {
  test.each([
    ['no row', undefined, 0, true],
    ['no row', undefined, 1, false],
    ['a waiting row', rows.waiting, 3, true],
    ['a waiting row', rows.waiting, 2, false],
    ['a waiting row', rows.waiting, 4, false],
    ['a waiting row', rows.waiting, 0, false],
    ['a claimed row', rows.claimed, 3, true],
    ['a claimed row', rows.claimed, 2, false],
    ['a delivered row', rows.delivered, 3, false],
    ['an exhausted row', rows.exhausted, 3, false],
    ['a cancelled row', rows.cancelled, 3, false],
  ])('%s of version 3, message of version %#: %s', (_, row, version, allowed) => {
    expect(claim(row, deliveryMessage({ version }), now, leaseMs) !== undefined).toBe(allowed);
  });

  test('takes the delivery for as long as the lease and counts no attempt', () => {
    expect(claim(rows.waiting, deliveryMessage({ version: 3 }), now, leaseMs)).toEqual({
      ...deliveryRef(),
      state: 'claimed',
      version: 4,
      attemptCount: 2,
      updatedAt: now.toISOString(),
      dueAt: '2026-11-23T17:01:00.000Z',
    });
  });

  test.each([
    ['earlier than the lease ends', leaseMs - 1, leaseMs],
    ['as the lease ends', leaseMs, leaseMs],
    ['later, by a lease of the sweeper', 5 * leaseMs, 5 * leaseMs],
    ['much later', 5 * leaseMs + 1, leaseMs],
  ])('of a row that is due %s', (_, dueInMs, leaseEndsInMs) => {
    const inMs = (ms: number) => new Date(now.getTime() + ms).toISOString();
    const row = waitingDelivery({ version: 3, dueAt: inMs(dueInMs) });

    expect(claim(row, deliveryMessage({ version: 3 }), now, leaseMs)?.dueAt).toBe(inMs(leaseEndsInMs));
  });

  test('of a claimed row that is due later begins a lease of its own', () => {
    const dueAt = new Date(now.getTime() + 2 * leaseMs).toISOString();
    const row = claimedDelivery({ version: 3, dueAt });

    expect(claim(row, deliveryMessage({ version: 3 }), now, leaseMs)?.dueAt).toBe(
      new Date(now.getTime() + leaseMs).toISOString(),
    );
  });

  test('a delivery without a row starts at version 1 with no attempt', () => {
    const claimed = claim(undefined, deliveryMessage({ body: '{}' }), now, leaseMs);

    expect(claimed).toMatchObject({ version: 1, attemptCount: 0 });
    expect(claimed).not.toHaveProperty('body');
  });
});

describe('settle', () => {
  const claimed = claimedDelivery({ version: 4, attemptCount: 2 });

  test('a first attempt that succeeded keeps the attempt in its row', () => {
    const row = settle(
      { message: deliveryMessage({ body: '{}' }), claimed: undefined },
      attempt(),
      { kind: 'delivered' },
      now,
      policy,
    );

    expect(row).toEqual({
      ...deliveryRef(),
      state: 'delivered',
      version: 1,
      attemptCount: 1,
      responseStatus: 204,
      updatedAt: now.toISOString(),
      firstAttempt: attempt(),
    });
  });

  test.each([
    [0, undefined],
    [255, 255],
    [256, 256],
    [257, 256],
    [4_096, 256],
  ])('of an answer of %i characters to it, the row keeps %p', (length, kept) => {
    const outcome = { ...attempt().outcome, responseExcerpt: 'x'.repeat(length) };
    const row = settle(inWork(), attempt({ outcome }), { kind: 'delivered' }, now, policy);

    const shown = row.state === 'delivered' ? row.firstAttempt?.outcome.responseExcerpt : 'none';
    expect(shown || undefined).toBe(kept === undefined ? undefined : 'x'.repeat(kept));
  });

  test('a later attempt that succeeded is an item of its own', () => {
    const row = settle(inWork(claimed), attempt(), { kind: 'delivered' }, now, policy);

    expect(row).toMatchObject({ state: 'delivered', version: 5, attemptCount: 3 });
    expect(row).not.toHaveProperty('firstAttempt');
    expect(row).not.toHaveProperty('dueAt');
  });

  test.each([
    [65, '2026-11-23T17:01:05.000Z'],
    [7200, '2026-11-23T19:00:00.000Z'],
  ])('a retry is due for the sweeper after %i s, at %s', (dueInSeconds, dueAt) => {
    const decision = { kind: 'retry', delaySeconds: 5, byQueue: true, dueInSeconds } as const;
    const row = settle(inWork(claimed), attempt(), decision, now, policy);

    const nextAttemptAt = '2026-11-23T17:00:05.000Z';
    expect(row).toMatchObject({ state: 'waiting', version: 5, attemptCount: 3, nextAttemptAt, dueAt });
  });

  test('the row shows what the receiver answered last, and nothing once it no longer answers', () => {
    const decision = { kind: 'retry', delaySeconds: 5, byQueue: true, dueInSeconds: 65 } as const;
    const failed = (status?: number) =>
      attempt({
        outcome: { kind: 'failure', reason: 'status', durationMs: 1, ...(status ? { status } : {}) },
      });
    const answered = settle(inWork(claimed), failed(503), decision, now, policy);
    const taken = claim(answered, messageFor(answered), now, leaseMs);

    expect(answered.responseStatus).toBe(503);
    expect(taken?.responseStatus).toBe(503);
    expect(settle(inWork(taken), failed(), decision, now, policy)).not.toHaveProperty('responseStatus');
  });

  test('an exhausted delivery is final and says why', () => {
    const row = settle(inWork(claimed), attempt(), { kind: 'exhausted', reason: 'timeout' }, now, policy);

    expect(row).toMatchObject({ state: 'exhausted', reason: 'timeout', version: 5, attemptCount: 3 });
    expect(isFinal(row)).toBe(true);
  });
});

test('a delivery whose horizon has passed ends as it is, and no attempt is counted', () => {
  expect(expire(inWork(rows.claimed), now)).toEqual({
    ...deliveryRef(),
    state: 'exhausted',
    reason: 'expired',
    version: 4,
    attemptCount: 2,
    updatedAt: now.toISOString(),
  });
});

test('a first row that its owner asks for has a schedule that begins now, however old its event is', () => {
  const times = { waitMs: 0, dueInMs: leaseMs };
  const row = planAnew(deliveryRef(), times, now);
  const message = messageFor(row);

  expect(row).toEqual({
    ...plan(deliveryRef(), times, now),
    restarted: { at: now.toISOString(), attemptCount: 0 },
  });
  expect(scheduleOf({ message, claimed: claim(row, message, now, leaseMs) })).toEqual({
    begunAt: now.toISOString(),
    attemptCount: 0,
  });
});

test('a first row that no message came before waits for its first attempt', () => {
  expect(plan(deliveryRef(), { waitMs: 2_000, dueInMs: leaseMs }, now)).toEqual({
    ...deliveryRef(),
    state: 'waiting',
    version: 1,
    attemptCount: 0,
    updatedAt: now.toISOString(),
    nextAttemptAt: '2026-11-23T17:00:02.000Z',
    dueAt: '2026-11-23T17:01:00.000Z',
  });
});

test.each([
  [1, 0, 1],
  [3, 2, 4],
])('a sweep whose message was refused does not count: the %ith in a row', (sweepCount, left, minutes) => {
  const swept = { ...rows.waiting, sweepCount, dueAt: now.toISOString() };
  const undone = undoSweep(swept);

  expect(undone).toEqual({ ...swept, version: 4, sweepCount: left });
  const dueAt = new Date(now.getTime() + minutes * leaseMs).toISOString();
  expect(sweep(undone, now, leaseMs)).toMatchObject({ version: 5, sweepCount, dueAt });
});

describe('cancel', () => {
  test('ends a delivery without counting an attempt', () => {
    const row = cancel(inWork(rows.claimed), 'subscription-disabled', now);

    expect(row).toEqual({
      ...deliveryRef(),
      state: 'cancelled',
      reason: 'subscription-disabled',
      version: 4,
      attemptCount: 2,
      updatedAt: now.toISOString(),
    });
  });

  test('a delivery that has no row yet gets one', () => {
    const row = cancel(inWork(), 'subscription-deleted', now);

    expect(row).toMatchObject({ version: 1, attemptCount: 0 });
  });
});

describe('sweep', () => {
  const [past, future] = ['2026-11-23T16:59:59.999Z', '2026-11-23T17:00:00.001Z'];

  test.each([
    ['waiting', past, true],
    ['waiting', now.toISOString(), true],
    ['waiting', future, false],
    ['claimed', past, true],
    ['claimed', now.toISOString(), true],
    ['claimed', future, false],
  ] as const)('a %s row that is due at %s: %s', (state, dueAt, taken) => {
    expect(sweep({ ...rows[state], dueAt }, now, leaseMs) !== undefined).toBe(taken);
  });

  test.each(['delivered', 'exhausted', 'cancelled'] as const)('a row that is %s is never due', (state) => {
    expect(sweep(rows[state], new Date('2099-01-01'), leaseMs)).toBeUndefined();
  });

  test.each(['waiting', 'claimed'] as const)(
    'a row that is %s waits for another attempt, at once, and under another version',
    (state) => {
      expect(sweep({ ...rows[state], dueAt: past }, now, leaseMs)).toEqual({
        ...deliveryRef(),
        state: 'waiting',
        version: 4,
        attemptCount: 2,
        sweepCount: 1,
        updatedAt: now.toISOString(),
        nextAttemptAt: now.toISOString(),
        dueAt: '2026-11-23T17:01:00.000Z',
      });
    },
  );

  test('doubles the lease each time in a row, up to six hours, and begins anew after a claim', () => {
    const leases: number[] = [];
    let row: WaitingDelivery = { ...rows.waiting, dueAt: past };
    for (let count = 0; count < 11; count += 1) {
      const at: Date = new Date(row.dueAt);
      row = sweep(row, at, leaseMs) ?? row;
      leases.push((Date.parse(row.dueAt) - at.getTime()) / 60_000);
    }

    expect(leases).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
    expect(claim(row, messageFor(row), now, leaseMs)).not.toHaveProperty('sweepCount');
  });

  test.each([30, 90, 600, 7_200])(
    'a message that is always %i s late is valid when it comes',
    (lateSeconds) => {
      let row: WaitingDelivery = { ...rows.waiting, dueAt: now.toISOString() };
      const messages: { readonly message: DeliveryMessage; readonly atMs: number }[] = [];
      const isClaimed = (atMs: number) =>
        messages.some((one) => one.atMs === atMs && claim(row, one.message, new Date(atMs), leaseMs));
      const minutes = Array.from({ length: 24 * 60 }, (_, minute) => now.getTime() + minute * 60_000);
      // Twice a minute, the sweeper's turn before the deliverer's.
      const claimedAtMs = minutes
        .flatMap((atMs) => [atMs, atMs + 30_000])
        .find((atMs) => {
          const taken = sweep(row, new Date(atMs), leaseMs);
          if (taken) {
            row = taken;
            messages.push({ message: messageFor(row), atMs: atMs + lateSeconds * 1_000 });
          }
          return isClaimed(atMs);
        });

      expect((claimedAtMs ?? Number.NaN) - now.getTime()).toBeLessThan(4 * lateSeconds * 1_000 + 60_000);
    },
  );

  test('makes every earlier message void and its own valid', () => {
    const row = { ...rows.claimed, dueAt: past };
    const next = sweep(row, now, leaseMs);
    if (!next) throw new Error('nothing was taken up');

    expect(claim(next, messageFor(row), now, leaseMs)).toBeUndefined();
    expect(claim(next, messageFor(next), now, leaseMs)).toMatchObject({ version: 5, attemptCount: 2 });
  });
});

describe('a turn', () => {
  const turn = { at: '2026-11-23T16:55:00.000Z', passed: ['subscription acc_1 sub_1'] };
  const times = { waitMs: 5_000, dueInMs: leaseMs };
  const waiting = postpone(
    inWork(rows.claimed),
    times,
    new Date('2026-11-23T16:55:00.000Z'),
    turn,
    'subscription',
  );

  test('stands in the row that waits for it and in the message for that row', () => {
    expect(waiting).toMatchObject({ state: 'waiting', version: 4, turn });
    expect(deliveryMessageSchema.parse(JSON.parse(JSON.stringify(messageFor(waiting))))).toEqual({
      ...deliveryRef(),
      version: 4,
      recheck: false,
      turn,
    });
  });

  test('outlives the sweeper', () => {
    const taken = sweep(waiting, now, leaseMs);

    expect(taken && messageFor(taken)).toMatchObject({ version: 5, turn });
  });

  test('is gone with its claim, whatever becomes of that, and can be claimed once', () => {
    const claimed = claim(waiting, messageFor(waiting), now, leaseMs);
    if (!claimed) throw new Error('nothing was claimed');
    const decision = { kind: 'retry', delaySeconds: 5, byQueue: true, dueInSeconds: 65 } as const;
    const later = new Date('2026-11-23T17:02:00.000Z');

    expect(claimed).not.toHaveProperty('turn');
    expect(sweep(claimed, later, leaseMs)).not.toHaveProperty('turn');
    expect(settle(inWork(claimed), attempt(), decision, now, policy)).not.toHaveProperty('turn');
    expect(claim(claimed, messageFor(waiting), now, leaseMs)).toBeUndefined();
  });

  test('is gone when an owner sends the delivery again, and when it ends', () => {
    expect(resend(waiting, times, now)).not.toHaveProperty('turn');
    expect(cancel(inWork(rows.claimed), 'subscription-deleted', now)).not.toHaveProperty('turn');
    expect(postpone(inWork(rows.claimed), times, now, undefined, 'host')).not.toHaveProperty('turn');
  });
});

describe('the limit for which a delivery waits', () => {
  const times = { waitMs: 5_000, dueInMs: leaseMs };
  const limited = postpone(inWork(rows.claimed), times, now, undefined, 'account-at-host');

  test('stands in its row, and every next step drops it', () => {
    expect(limited).toMatchObject({ state: 'waiting', limit: 'account-at-host' });
    const swept = sweep(limited, new Date(now.getTime() + leaseMs), leaseMs);
    expect(swept).toMatchObject({ state: 'waiting' });
    expect(swept).not.toHaveProperty('limit');
    expect(claim(limited, messageFor(limited), now, leaseMs)).not.toHaveProperty('limit');
    expect(resend(limited, times, now)).not.toHaveProperty('limit');
  });
});

describe('revive', () => {
  test.each(['waiting', 'claimed', 'delivered', 'cancelled'] as const)(
    'a row that is %s is left as it is',
    (state) => {
      expect(revive(rows[state], now, leaseMs)).toBeUndefined();
    },
  );

  test('an exhausted row gets a fresh schedule, and the sweeper in case its message is lost', () => {
    expect(revive(rows.exhausted, now, leaseMs)).toEqual({
      ...deliveryRef(),
      state: 'waiting',
      version: 4,
      attemptCount: 2,
      restarted: { at: now.toISOString(), attemptCount: 2 },
      updatedAt: now.toISOString(),
      nextAttemptAt: now.toISOString(),
      dueAt: '2026-11-23T17:01:00.000Z',
    });
  });

  test('the schedule and the horizon of what was revived begin anew, and stay so through every step', () => {
    const revived = revive(rows.exhausted, now, leaseMs);
    if (!revived) throw new Error('nothing was revived');
    const taken = claim(revived, messageFor(revived), now, leaseMs);
    const decision = { kind: 'retry', delaySeconds: 5, byQueue: true, dueInSeconds: 65 } as const;
    const settled = settle(inWork(taken), attempt(), decision, now, policy);

    expect(scheduleOf({ message: deliveryRef(), claimed: undefined })).toEqual({
      begunAt: acceptedAt,
      attemptCount: 0,
    });
    expect(scheduleOf({ message: deliveryRef(), claimed: rows.waiting })).toEqual({
      begunAt: acceptedAt,
      attemptCount: 2,
    });
    expect(scheduleOf({ message: deliveryRef(), claimed: taken })).toEqual({
      begunAt: now.toISOString(),
      attemptCount: 0,
    });
    expect(scheduleOf({ message: deliveryRef(), claimed: settled })).toEqual({
      begunAt: now.toISOString(),
      attemptCount: 1,
    });
  });

  test('what has been revived can be claimed by its message, once', () => {
    const revived = revive(rows.exhausted, now, leaseMs);
    if (!revived) throw new Error('nothing was revived');
    const claimed = claim(revived, messageFor(revived), now, leaseMs);

    expect(claimed).toMatchObject({ state: 'claimed', version: 5, attemptCount: 2 });
    expect(claim(claimed, messageFor(revived), now, leaseMs)).toBeUndefined();
  });
});

describe('resend', () => {
  const soon = { waitMs: 2_000, dueInMs: leaseMs };

  test.each(['waiting', 'delivered', 'exhausted', 'cancelled'] as const)(
    'a row that is %s waits for a call at once, and its earlier messages are void',
    (state) => {
      const resent = resend(rows[state], soon, now);
      if (!resent) throw new Error('nothing was resent');

      expect(resent).toMatchObject({
        state: 'waiting',
        version: 4,
        nextAttemptAt: '2026-11-23T17:00:02.000Z',
        dueAt: '2026-11-23T17:01:00.000Z',
      });
      expect(resent).not.toHaveProperty('reason');
      expect(claim(resent, messageFor(rows[state]), now, leaseMs)).toBeUndefined();
      expect(claim(resent, messageFor(resent), now, leaseMs)).toMatchObject({ state: 'claimed' });
    },
  );

  test('what is being called is left alone', () => {
    expect(resend(rows.claimed, soon, now)).toBeUndefined();
  });

  test('the attempt that a delivered row holds is kept', () => {
    expect(resend(rows.delivered, soon, now)?.firstAttempt).toEqual(rows.delivered.firstAttempt);
  });
});

describe('messageFor', () => {
  test.each(Object.values(rows))('names the version of a $state row and holds nothing else of it', (row) => {
    const message = messageFor(row);

    expect(message).toEqual({ ...deliveryRef(), version: 3, recheck: false });
    expect(deliveryMessageSchema.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  test('must be claimed, even when it is received for the first time', () => {
    expect(mustClaim(messageFor(rows.waiting), 1)).toBe(true);
  });
});

test.each([
  ['waiting', false],
  ['claimed', false],
  ['parked', false],
  ['delivered', true],
  ['exhausted', true],
  ['cancelled', true],
] as const)('final or not: %s is %s', (state, final) => {
  expect(isFinal(rows[state])).toBe(final);
});
