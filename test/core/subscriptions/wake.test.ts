import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Breaker } from '../../../core/receivers/breaker.ts';
import type { Failing } from '../../../core/receivers/health.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { passTime } from '../../../core/subscriptions/wake.ts';
import { wakeAtOf } from '../../../core/subscriptions/wake-time.ts';
import { subscription } from '../../support/builders.ts';

const now = new Date('2026-11-23T17:00:00.000Z');
const at = now.toISOString();
const [past, ahead, later] = [
  '2026-11-23T16:00:00.000Z',
  '2026-11-23T18:00:00.000Z',
  '2026-11-23T19:00:00.000Z',
];
const by = { kind: 'backend', id: 'arn' } as const;
const run: Failing = { since: past, count: 5, eventId: 'evt_1', lastReason: 'status', lastStatus: 503 };
const open = (until: string): Breaker => ({ state: 'open', openedAt: past, openings: 1, until });
const drain = (nextAt: string) => ({ since: past, nextAt, perSecond: 2 });
const typesOf = ({ outbox = [] }: Subscription) => outbox.map(({ type }) => type);
const [notice] = passTime(subscription({ pause: { since: past, until: past, by } }), now).outbox ?? [];
if (!notice) throw new Error('the end of a pause is told');

describe('the sweeper looks at a subscription', () => {
  test.each<[string, Partial<Subscription>, string | undefined]>([
    ['never, if there is nothing to do', {}, undefined],
    ['to publish its oldest notice', { outbox: [notice] }, at],
    ['to tell of exhausted deliveries', { exhaustion: { since: past, tellAt: ahead } }, ahead],
    ['not once these were told', { exhaustion: { toldAt: past } }, undefined],
    ['to take a step of its drain', { drain: drain(ahead) }, ahead],
    ['to end its pause', { pause: { since: past, until: ahead, by } }, ahead],
    ['to tell that it fails', { receiver: { failing: { ...run, tellAt: ahead } } }, ahead],
    ['to warn of its end', { receiver: { failing: { ...run, warnAt: ahead } } }, ahead],
    [
      'not at that end, which a call brings',
      { receiver: { failing: { ...run, disablesAt: ahead } } },
      undefined,
    ],
    ['to probe its receiver', { receiver: { breaker: open(ahead) } }, ahead],
    ['to end a throttle', { receiver: { throttledUntil: ahead } }, ahead],
    ['at the earliest of these', { drain: drain(later), receiver: { throttledUntil: ahead } }, ahead],
    [
      'while it is paused, for nothing about its receiver',
      {
        pause: { since: past, until: later, by },
        receiver: { breaker: open(ahead), throttledUntil: ahead, failing: { ...run, tellAt: ahead } },
      },
      later,
    ],
    [
      'while it is disabled, for its owner and its drain alone',
      { status: 'disabled', pause: { since: past, until: ahead, by }, drain: drain(later) },
      later,
    ],
    [
      'while it waits for consent, not for its pause',
      { status: 'pending', pause: { since: past, until: ahead, by } },
      undefined,
    ],
  ])('%s', (_, overrides, wakeAt) => {
    expect(wakeAtOf(subscription(overrides))).toBe(wakeAt);
  });
});

describe('as time passes,', () => {
  const pass = (overrides: Partial<Subscription>) => passTime(subscription(overrides), now);

  test.each<Partial<Subscription>>([
    {},
    { pause: { since: past, until: ahead, by } },
    { receiver: { throttledUntil: ahead, failing: { ...run, tellAt: ahead, warnAt: ahead } } },
    { receiver: { breaker: open(past) } },
    { drain: drain(past) },
  ])('nothing happens to %j', (overrides) => {
    const seen = subscription(overrides);
    expect(passTime(seen, now)).toBe(seen);
  });

  test('a pause ends: its owner is told, and a drain begins', () => {
    const next = pass({ pause: { since: past, until: at, by } });

    expect(next).not.toHaveProperty('pause');
    expect(next.drain).toEqual({ since: at, nextAt: at, perSecond: 0 });
    expect(typesOf(next)).toEqual(['webhook.subscription.resumed']);
  });

  test('a pause ends, and counts for nothing in a run of failures', () => {
    const failing = { ...run, tellAt: at, warnAt: at, disablesAt: ahead };
    const next = pass({ pause: { since: past, until: at, by }, receiver: { failing } });

    expect(next.receiver.failing).toEqual({ ...run, tellAt: ahead, warnAt: ahead, disablesAt: later });
    expect(typesOf(next)).toEqual(['webhook.subscription.resumed']);
  });

  test('a throttle ends: a drain begins, or goes on', () => {
    expect(pass({ receiver: { throttledUntil: at } })).toMatchObject({ receiver: {}, drain: { since: at } });
    expect(pass({ receiver: { throttledUntil: at }, drain: drain(ahead) }).drain).toEqual(drain(ahead));
  });

  test('the owner of a receiver that fails is told once, with the next probe', () => {
    const next = pass({ receiver: { breaker: open(ahead), failing: { ...run, tellAt: at } } });

    expect(next.receiver.failing).toEqual(run);
    expect(next.outbox).toMatchObject([
      {
        type: 'webhook.subscription.failing',
        data: { since: past, lastFailure: { reason: 'status', status: 503 }, nextCallAt: ahead },
      },
    ]);
    expect(passTime(next, now)).toBe(next);
  });

  test('and warned once', () => {
    const next = pass({ receiver: { failing: { ...run, warnAt: at, disablesAt: later } } });

    expect(next.receiver.failing).toEqual({ ...run, disablesAt: later });
    expect(next.outbox).toMatchObject([
      { type: 'webhook.subscription.disabling', data: { since: past, disablesAt: later } },
    ]);
  });

  test.each<Partial<Subscription>>([
    { pause: { since: past, until: ahead, by } },
    { receiver: { breaker: open(ahead) } },
    { receiver: { throttledUntil: ahead } },
    { status: 'disabled', disabledReason: 'gone', keptUntil: ahead },
    { status: 'disabled', disabledReason: 'gone' },
    { status: 'pending' },
  ])('a drain ends that would release nothing: %j', (overrides) => {
    expect(pass({ ...overrides, drain: drain(past) })).toEqual(subscription(overrides));
  });

  test.each<Partial<Subscription>>([
    { status: 'disabled' },
    { pause: { since: past, until: ahead, by }, drain: { ...drain(past), discardUntil: past } },
  ])('a drain goes on that drops what nobody wants: %j', (overrides) => {
    expect(pass({ drain: drain(past), ...overrides })).toHaveProperty('drain');
  });
});

/** Any subscription, with times around now. */
const time = fc.constantFrom(past, at, ahead, later);
const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });
const breaker = fc.oneof(
  fc.record({ state: fc.constant('open' as const), openedAt: time, openings: fc.nat(9), until: time }),
  fc.record({
    state: fc.constant('probing' as const),
    openedAt: time,
    openings: fc.nat(9),
    until: time,
    probe: fc.constant('prb_1'),
  }),
  fc.record({ state: fc.constant('half-open' as const), openedAt: time, openings: fc.nat(9), looksAt: time }),
);
const failing = fc
  .record({ tellAt: optional(time), warnAt: optional(time), disablesAt: optional(time) })
  .map((times) => ({ ...run, ...defined(times) }));
const anySubscription: fc.Arbitrary<Subscription> = fc
  .record({
    status: fc.constantFrom('enabled' as const, 'disabled' as const, 'pending' as const),
    disabledReason: optional(fc.constantFrom('gone' as const, 'failing' as const)),
    keptUntil: optional(time),
    pause: optional(time.map((until) => ({ since: past, until, by }))),
    drain: optional(
      fc
        .record({ nextAt: time, discardUntil: optional(time), emptySince: optional(time) })
        .map((parts) => ({ since: past, perSecond: 2, ...defined(parts) })),
    ),
    exhaustion: optional(time.map((tellAt) => ({ since: past, tellAt }))),
    receiver: fc
      .record({ failing: optional(failing), breaker: optional(breaker), throttledUntil: optional(time) })
      .map(defined),
  })
  .map((parts) => subscription(defined(parts) as Partial<Subscription>));

function defined<Parts extends object>(parts: Parts): { [Name in keyof Parts]: NonNullable<Parts[Name]> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as never;
}

test('after that, only what the sweeper does in steps is due: notices, counts, drains and probes', () => {
  fc.assert(
    fc.property(anySubscription, (seen) => {
      const { outbox: _, exhaustion: __, drain: ___, ...others } = passTime(seen, now);
      const wakeAt = wakeAtOf(others);
      const isProbe =
        wakeAt !== undefined && wakeAt === wakeAtOf({ ...others, receiver: { ...breakerOf(others) } });
      expect(wakeAt === undefined || wakeAt > at || isProbe).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});

test('time passes once: looking again at the same time changes nothing more', () => {
  fc.assert(
    fc.property(anySubscription, (seen) => {
      const next = passTime(seen, now);
      expect(passTime(next, now)).toBe(next);
    }),
    { numRuns: 5_000 },
  );
});

test('whatever has passed makes a subscription due', () => {
  fc.assert(
    fc.property(anySubscription, (seen) => {
      const next = passTime(seen, now);
      const isEndOfDrain = seen.drain !== undefined && next.drain === undefined;
      if (next === seen || isEndOfDrain) return;
      expect((wakeAtOf(seen) ?? later) <= at).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});

function breakerOf({ receiver: { breaker: known } }: Pick<Subscription, 'receiver'>) {
  return known ? { breaker: known } : {};
}
