import { describe, expect, test } from '@jest/globals';
import { explainDelivery } from '../../contract/delivery-explanations.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { parkedDelivery, subscription, waitingDelivery } from '../support/builders.ts';

const now = new Date('2026-11-23T17:00:00.000Z');
const before = '2026-11-23T16:00:00.000Z';
const until = '2026-11-23T17:10:00.000Z';
const by = { kind: 'api-key', id: 'key_1' } as const;
const openings = { openedAt: before, openings: 1 };

function codesOf(delivery: Delivery, facts: Partial<Subscription>): string[] {
  const { disabledReason: _, ...plain } = subscription();
  return explainDelivery(delivery, { subscription: { ...plain, ...facts }, now }).map(({ code }) => code);
}

const paused = { pause: { since: before, until, by } };
const open = { receiver: { breaker: { ...openings, state: 'open', until } } } as const;
const probing = { receiver: { breaker: { ...openings, state: 'probing', until, probe: 'p' } } } as const;
const halfOpen = { receiver: { breaker: { ...openings, state: 'half-open' } } } as const;
const throttled = { receiver: { throttledUntil: until } };
const kept = { status: 'disabled', disabledReason: 'gone', keptUntil: until } as const;
const noLongerKept = { ...kept, keptUntil: before };
const drain = { drain: { since: before, nextAt: until, perSecond: 1 } };

describe('a parked delivery', () => {
  test.each<[string, Partial<Subscription>, string]>([
    ['whose subscription is paused by now', paused, 'parked.paused-until'],
    ['whose receiver is tried later', open, 'parked.failing-until'],
    ['whose receiver is tried with the next one', halfOpen, 'parked.failing'],
    ['whose receiver wants fewer calls', throttled, 'parked.throttled-until'],
    ['whose subscription keeps what comes', kept, 'parked.disabled-until'],
    ['whose subscription keeps what it has', noLongerKept, 'parked.disabled'],
    [
      'whose owner has disabled the subscription',
      { status: 'disabled' },
      'cancellation.subscription-disabled',
    ],
    ['that is about to be sent', drain, 'parked.draining'],
    ['of which nothing else is known', {}, 'parked.failing'],
  ])('%s says so', (_, facts, code) => {
    expect(codesOf(parkedDelivery({ reason: 'failing' }), facts)).toEqual(['delivery.parked', code]);
  });

  test.each(['account-paused', 'stage-paused'] as const)('by an operator (%s) says that', (reason) => {
    expect(codesOf(parkedDelivery({ reason }), paused)).toEqual(['delivery.parked', `parked.${reason}`]);
  });

  test('that waits for its own limit says that while others are sent', () => {
    expect(codesOf(parkedDelivery({ reason: 'rate-limit' }), drain)).toEqual([
      'delivery.parked',
      'parked.rate-limit',
    ]);
  });

  test('names the time at which it may go on', () => {
    const around = { subscription: subscription(paused), now };

    expect(explainDelivery(parkedDelivery({ reason: 'paused', attemptCount: 2 }), around)).toEqual([
      expect.objectContaining({ text: 'No attempt is planned; 2 attempts so far:' }),
      expect.objectContaining({
        params: { at: until },
        text: `the subscription is paused until ${until}. It goes on then by itself, or when the pause is ended.`,
      }),
    ]);
  });

  test('says why it was parked if its subscription is not known', () => {
    expect(explainDelivery(parkedDelivery({ reason: 'paused' })).map(({ code }) => code)).toEqual([
      'delivery.parked',
      'parked.paused',
    ]);
  });
});

describe('a waiting delivery', () => {
  const row = waitingDelivery({ attemptCount: 0 });

  test.each<[string, Partial<Subscription>, string]>([
    ['a pause', paused, 'parked.paused-until'],
    ['a receiver that fails', open, 'parked.failing-until'],
    ['a receiver that wants fewer calls', throttled, 'parked.throttled-until'],
    ['a subscription that we have disabled', kept, 'parked.disabled-until'],
  ])('says that %s will hold it back', (_, facts, code) => {
    expect(codesOf(row, facts)).toEqual(['delivery.waiting', 'delivery.held-back', code]);
  });

  test.each<[string, Delivery, Partial<Subscription>]>([
    ['may be the probe', row, probing],
    ['becomes the probe', row, halfOpen],
    ['is a test', { ...row, isTest: true }, paused],
    ['is held back by nothing', row, {}],
    ['is held back by a pause that is over', row, { pause: { since: before, until: before, by } }],
  ])('says nothing of that if it %s', (_, delivery, facts) => {
    expect(codesOf(delivery, facts)).toEqual(['delivery.waiting']);
  });
});
