import { describe, expect, test } from '@jest/globals';
import type { Receiver } from '../../../core/receivers/receiver.ts';
import { isForgotten, withDrain, withRelease } from '../../../core/subscriptions/holding.ts';
import { holdBackOf, isProbe } from '../../../core/subscriptions/parking.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { subscription } from '../../support/builders.ts';

const now = new Date('2026-11-23T17:00:00.000Z');
const at = now.toISOString();
const past = '2026-11-23T16:59:59.999Z';
const ahead = '2026-11-23T17:00:00.001Z';
const by = { kind: 'backend', id: 'arn' } as const;

const opened = { openedAt: past, openings: 1 } as const;
const open = { ...opened, state: 'open', until: ahead } as const;
const probing = { ...opened, state: 'probing', until: ahead, probe: 'prb_1' } as const;
const halfOpen = { ...opened, state: 'half-open', looksAt: ahead } as const;
const receiver = (of: Receiver): Partial<Subscription> => ({ receiver: of });
const paused = { pause: { since: past, until: ahead, by } };
const byUs = { status: 'disabled', disabledReason: 'gone' } as const;

describe('a subscription holds its deliveries back', () => {
  test.each<[string, Partial<Subscription>, object | undefined]>([
    ['never, if nothing is wrong', {}, undefined],
    ['while it is paused', paused, { reason: 'paused', until: ahead }],
    ['no longer than its pause lasts', { pause: { since: past, until: at, by } }, undefined],
    ['while the breaker is open', receiver({ breaker: open }), { reason: 'failing', until: ahead }],
    [
      'also once it is to be probed',
      receiver({ breaker: { ...open, until: past } }),
      { reason: 'failing', until: past },
    ],
    ['while it is probed', receiver({ breaker: probing }), { reason: 'failing', until: ahead }],
    ['while the breaker is half-open', receiver({ breaker: halfOpen }), { reason: 'failing' }],
    [
      'while its receiver wants fewer calls',
      receiver({ throttledUntil: ahead }),
      { reason: 'throttled', until: ahead },
    ],
    ['no longer than its receiver wants', receiver({ throttledUntil: at }), undefined],
    ['by its pause first', { ...paused, ...receiver({ breaker: open }) }, { reason: 'paused', until: ahead }],
    [
      'by its breaker before 429',
      receiver({ breaker: open, throttledUntil: ahead }),
      { reason: 'failing', until: ahead },
    ],
    [
      'while we keep what comes',
      { ...byUs, keptUntil: ahead, ...paused },
      { reason: 'disabled', until: ahead },
    ],
    ['no longer than we keep', { ...byUs, keptUntil: at, ...paused }, undefined],
    ['not if its owner disabled it', { status: 'disabled', ...paused }, undefined],
  ])('%s', (_, overrides, held) => {
    expect(holdBackOf(subscription(overrides), now)).toEqual(held);
  });

  test.each([
    [probing, 'prb_1', true],
    [probing, 'prb_0', false],
    [probing, undefined, false],
    [open, 'prb_1', false],
    [halfOpen, 'prb_1', false],
    [undefined, undefined, false],
  ])('but not from its probe: %j lets %p through: %p', (breaker, probe, isIt) => {
    expect(isProbe(subscription(receiver(breaker ? { breaker } : {})), probe)).toBe(isIt);
  });
});

describe('a drain begins', () => {
  const begun = { since: at, nextAt: at, perSecond: 0 };
  const held: Partial<Subscription>[] = [
    paused,
    { pause: { since: past, until: past, by } },
    receiver({ breaker: open }),
    receiver({ throttledUntil: ahead }),
    { ...byUs, keptUntil: ahead },
    { ...byUs, keptUntil: past },
    byUs,
    { status: 'pending' },
  ];

  test.each(held)('when it goes on after %j', (overrides) => {
    expect(withDrain(subscription(overrides), subscription(), now)).toEqual(subscription({ drain: begun }));
  });

  test.each(held)('not while it is still held after %j', (overrides) => {
    const next = subscription({ ...overrides, description: 'new' });

    expect(withDrain(subscription(overrides), next, now)).toBe(next);
  });

  test('not without a reason', () => {
    const next = subscription();

    expect(withDrain(subscription(), next, now)).toBe(next);
    expect(withDrain(subscription({ status: 'disabled' }), next, now)).toBe(next);
  });

  test('and still discards what its owner did not want', () => {
    const drain = { since: past, nextAt: ahead, perSecond: 8, discardUntil: past };

    expect(withDrain(subscription({ ...paused, drain }), subscription({ drain }), now).drain).toEqual({
      ...begun,
      discardUntil: past,
    });
  });
});

describe('what has just been parked is released', () => {
  const drain = { since: past, nextAt: ahead, perSecond: 8 };

  test('by a new drain, if there is none', () => {
    expect(withRelease(subscription(), now).drain).toEqual({ since: at, nextAt: at, perSecond: 0 });
  });

  test('by the drain that there is', () => {
    const draining = subscription({ drain });

    expect(withRelease(draining, now)).toBe(draining);
  });

  test('by the drain that was about to end, which goes on', () => {
    expect(withRelease(subscription({ drain: { ...drain, emptySince: past } }), now).drain).toEqual(drain);
  });

  test.each<Partial<Subscription>>([
    paused,
    receiver({ breaker: open }),
    receiver({ breaker: probing }),
    receiver({ throttledUntil: ahead }),
    { ...byUs, keptUntil: ahead },
  ])('by what ends %j', (overrides) => {
    const seen = subscription(overrides);

    expect(withRelease(seen, now)).toBe(seen);
  });

  test('by a probe, if the breaker had nothing to probe with', () => {
    expect(withRelease(subscription(receiver({ breaker: halfOpen })), now).receiver.breaker).toEqual({
      ...opened,
      state: 'open',
      until: at,
    });
  });
});

describe('a subscription is forgotten', () => {
  const longAgo = '2026-11-23T16:49:59.999Z';

  test.each<[boolean, Partial<Subscription>]>([
    [true, { drain: { since: past, nextAt: longAgo, perSecond: 8 } }],
    [true, receiver({ breaker: { ...opened, state: 'open', until: longAgo } })],
    [false, { drain: { since: past, nextAt: '2026-11-23T16:50:00.000Z', perSecond: 8 } }],
    [false, {}],
  ])('or not (%s) if it should have been looked at ten minutes ago: %j', (isSo, overrides) => {
    expect(isForgotten(subscription(overrides), now)).toBe(isSo);
  });
});
