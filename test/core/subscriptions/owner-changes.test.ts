import { describe, expect, test } from '@jest/globals';
import type { Breaker } from '../../../core/receivers/breaker.ts';
import type { Failing } from '../../../core/receivers/health.ts';
import { goOn, withChange } from '../../../core/subscriptions/owner-changes.ts';
import { patchSubscription, type Subscription } from '../../../core/subscriptions/subscription.ts';
import { subscription } from '../../support/builders.ts';

const now = new Date('2026-11-23T17:00:00.000Z');
const at = now.toISOString();
const [past, ahead, later] = [
  '2026-11-23T16:00:00.000Z',
  '2026-11-23T18:00:00.000Z',
  '2026-11-23T19:00:00.000Z',
];
const by = { kind: 'backend', id: 'arn' } as const;
const openings = { openedAt: past, openings: 3 };
const failing: Failing = { since: past, count: 5, eventId: 'evt_1', lastReason: 'status', lastStatus: 503 };

describe('an owner who lets a subscription go on', () => {
  test.each<Breaker>([
    { ...openings, state: 'open', until: ahead },
    { ...openings, state: 'half-open', looksAt: ahead },
  ])('has the receiver tried at once: %j', (breaker) => {
    const next = goOn(subscription({ receiver: { breaker } }), by, now);

    expect(next.receiver.breaker).toEqual({ ...openings, state: 'open', until: at });
  });

  test.each<Breaker>([
    { ...openings, state: 'open', until: past },
    { ...openings, state: 'half-open', looksAt: past },
    { ...openings, state: 'probing', until: ahead, probe: 'prb_1' },
  ])('changes nothing if it is about to be tried: %j', (breaker) => {
    const seen = subscription({ receiver: { breaker } });

    expect(goOn(seen, by, now)).toBe(seen);
  });

  test('ends a pause, which counts for nothing in a run of failures', () => {
    const run = { ...failing, tellAt: past, warnAt: at, disablesAt: ahead };
    const pause = { since: past, until: later, by };
    const next = goOn(subscription({ pause, receiver: { failing: run } }), by, now);

    expect(next).not.toHaveProperty('pause');
    expect(next.receiver.failing).toEqual({ ...failing, tellAt: at, warnAt: ahead, disablesAt: later });
  });
});

describe('an owner who disables a subscription', () => {
  function change(seen: Subscription, status: 'enabled' | 'disabled', time: string): Subscription {
    const changed = { ...patchSubscription(seen, { status }), status };
    return withChange(seen, changed, { patch: { status }, fields: ['status'], actor: by }, new Date(time));
  }

  test('wants nothing of what is parked, also if it is enabled again before the sweeper comes', () => {
    const seen = subscription({ pause: { since: past, until: later, by }, receiver: { failing } });
    const disabled = change(seen, 'disabled', at);
    expect(disabled).toMatchObject({ status: 'disabled', drain: { nextAt: at, discardUntil: at } });
    expect(disabled).not.toHaveProperty('pause');

    expect(change(disabled, 'enabled', ahead)).toMatchObject({
      status: 'enabled',
      drain: { nextAt: at, discardUntil: at },
    });
  });
});
