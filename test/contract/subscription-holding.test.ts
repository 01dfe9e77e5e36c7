import { expect, test } from '@jest/globals';
import { presentSubscription } from '../../contract/subscription-views.ts';
import type { Receiver } from '../../core/receivers/receiver.ts';
import { subscription } from '../support/builders.ts';

const at = '2026-11-23T17:00:00.000Z';
const until = '2026-11-23T17:10:00.000Z';

/** As it is sent: without what is absent. */
function shown(facts: Parameters<typeof subscription>[0]): Record<string, unknown> {
  return JSON.parse(JSON.stringify(presentSubscription(subscription(facts)))) as Record<string, unknown>;
}

test('nothing is said of what does not hold deliveries back', () => {
  const names = ['paused', 'breaker', 'throttledUntil', 'failing', 'keptUntil', 'drain'];

  expect(Object.keys(shown({})).filter((name) => names.includes(name))).toEqual([]);
});

test.each<[string, Receiver['breaker'], object]>([
  ['open', { state: 'open', openedAt: at, openings: 3, until }, { nextCallAt: until }],
  ['probing', { state: 'probing', openedAt: at, openings: 3, until, probe: 'probe' }, { nextCallAt: until }],
  ['half-open', { state: 'half-open', openedAt: at, openings: 3 }, {}],
])('a breaker that is %s is shown without its probe', (state, breaker, next) => {
  expect(shown({ receiver: breaker ? { breaker } : {} })['breaker']).toEqual({
    state,
    openedAt: at,
    openings: 3,
    ...next,
  });
});

test('of a run of failures, its owner sees how the last call failed and when it ends', () => {
  const failing = {
    since: at,
    count: 5,
    eventId: 'evt_1',
    isOfSeveral: true,
    lastReason: 'status',
    lastStatus: 503,
    tellAt: until,
    warnAt: until,
    disablesAt: until,
  } as const;

  expect(shown({ receiver: { failing, throttledUntil: until } })).toMatchObject({ throttledUntil: until });
  expect(shown({ receiver: { failing } })['failing']).toEqual({
    since: at,
    lastReason: 'status',
    lastStatus: 503,
    disablesAt: until,
  });
});

test('of a drain, its owner sees its pace once it has one, and what it drops', () => {
  const drain = { since: at, nextAt: at, perSecond: 0 };

  expect(shown({ drain })['drain']).toEqual({ since: at });
  expect(shown({ drain: { ...drain, perSecond: 4, discardUntil: at, emptySince: at } })['drain']).toEqual({
    since: at,
    perSecond: 4,
    discardUntil: at,
  });
});

test('a pause by us does not name our role', () => {
  const by = { kind: 'backend', id: 'arn:aws:iam::000000000000:role/helpdesk' } as const;

  expect(shown({ pause: { since: at, until, by } })['paused']).toEqual({
    since: at,
    until,
    by: { kind: 'backend', id: 'iomnihub' },
  });
});

test.each([
  ['its own, in steps that grow', undefined, 8],
  ['the limit of the owner, if that is lower', { calls: 30, perSeconds: 60 } as const, 0.5],
  ['its own, if the limit of the owner is higher', { calls: 100, perSeconds: 1 } as const, 8],
])('the rate of a drain is %s', (_, rateLimit, perSecond) => {
  const drain = { since: at, nextAt: until, perSecond: 8 };

  expect(shown({ drain, ...(rateLimit ? { rateLimit } : {}) })['drain']).toEqual({ since: at, perSecond });
});
