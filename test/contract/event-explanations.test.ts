import { describe, expect, test } from '@jest/globals';
import { presentEventDetail } from '../../contract/event-explanations.ts';
import { eventOutcomes } from '../../contract/event-views.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { LoggedEventDetail } from '../../core/deliveries/event-history.ts';
import type { PlannedDelivery } from '../../core/deliveries/planning.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import {
  cancelledDelivery,
  claimedDelivery,
  deliveredDelivery,
  exhaustedDelivery,
  parkedDelivery,
  subscription,
  waitingDelivery,
} from '../support/builders.ts';

const recordedAt = '2026-11-23T17:00:00.000Z';
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const after = (ms: number) => new Date(Date.parse(recordedAt) + ms);

interface Case {
  readonly decision?: PlannedDelivery['decision'];
  readonly delivery?: Delivery;
  readonly subscriptions?: readonly Subscription[];
  readonly isTest?: boolean;
  readonly ageMs?: number;
}

function explain({ decision = 'enqueue', delivery, subscriptions, isTest = false, ageMs = 0 }: Case) {
  const event: LoggedEventDetail = {
    id: 'evt_1',
    type: 'ticket.created',
    acceptedAt: recordedAt,
    recordedAt,
    isTest,
    plan: [{ subscriptionId: 'sub_1', decision }],
    body: '{"text":true}',
  };
  return presentEventDetail(event, {
    subscriptions: subscriptions ?? [subscription()],
    deliveries: delivery ? [delivery] : [],
    now: after(ageMs),
    cacheMs: 5_000,
  });
}

const atFirst = (of: Case) => explain(of).subscriptions[0];

test('an event is shown with its callbacks’ text', () => {
  expect(explain({})).toMatchObject({
    id: 'evt_1',
    type: 'ticket.created',
    acceptedAt: recordedAt,
    recordedAt,
    isTest: false,
    body: '{"text":true}',
  });
});

const before = 'When the event came, or up to 5 seconds before,';
test.each<[PlannedDelivery['decision'], string]>([
  ['not-subscribed', `${before} the subscription did not take events of the type ticket.created.`],
  ['disabled', `${before} the subscription was disabled.`],
  ['pending', `${before} the receiver had not yet said that it wants callbacks.`],
  ['account-suspended', `${before} the account was suspended.`],
])('an event that was not planned for a subscription has the reason %s', (decision, explanation) => {
  const said = explain({ decision }).subscriptions[0];

  expect(said).toMatchObject({ subscriptionId: 'sub_1', outcome: decision, explanation });
  expect(said?.sentences.map(({ code }) => code)).toEqual([`event.${decision}`]);
});

describe('a delivery without a row', () => {
  const about = 'The first attempt is about to be made.';
  const late =
    'The first attempt is late, or something failed on our side. Then it is made as soon as that is fixed.';
  const unknown = 'The result is no longer stored, or the event was never sent.';

  test.each<[ageMs: number, isTest: boolean, outcome: string, explanation: string]>([
    [0, false, 'waiting', about],
    [5 * minuteMs, false, 'waiting', about],
    [5 * minuteMs + 1, false, 'waiting', late],
    [7 * dayMs, false, 'waiting', late],
    [7 * dayMs + 1, false, 'no-longer-known', unknown],
    [minuteMs, true, 'waiting', about],
    [minuteMs + 1, true, 'no-longer-known', unknown],
  ])('%i ms after its event, a test or not (%s), is %s', (ageMs, isTest, outcome, explanation) => {
    expect(atFirst({ ageMs, isTest })).toMatchObject({ subscriptionId: 'sub_1', outcome, explanation });
  });
});

describe('a delivery', () => {
  const nextAttemptAt = '2026-11-23T17:05:00.000Z';
  const waiting = (facts = {}) => waitingDelivery({ nextAttemptAt, ...facts });
  const planned = `The next attempt is planned for ${nextAttemptAt};`;

  test.each<[delivery: Delivery, outcome: string, explanation: string]>([
    [deliveredDelivery(), 'delivered', 'The receiver answered 2xx after 1 attempt.'],
    [deliveredDelivery({ attemptCount: 3 }), 'delivered', 'The receiver answered 2xx after 3 attempts.'],
    [
      claimedDelivery({ attemptCount: 0 }),
      'waiting',
      'The receiver is being called, or was a moment ago; 0 attempts before.',
    ],
    [waiting({ attemptCount: 0 }), 'waiting', `${planned} 0 attempts so far.`],
    [
      waiting({ attemptCount: 1 }),
      'waiting',
      `${planned} 1 attempt so far, the last one unanswered: GET /deliveries/{id} says why.`,
    ],
    [
      waiting({ attemptCount: 2, responseStatus: 503 }),
      'waiting',
      `${planned} 2 attempts so far, the last one answered 503. It is down or overloaded, or a proxy before it does not reach it: check that it runs, and set \`rateLimit\` if it gets too many calls.`,
    ],
    [
      exhaustedDelivery({ attemptCount: 10, reason: 'tls' }),
      'failed',
      'Given up after 10 attempts: the certificate or the TLS handshake of the receiver is not valid. `errorCode` of the attempt says what is wrong.',
    ],
    [
      exhaustedDelivery({ attemptCount: 4, reason: 'status', responseStatus: 302 }),
      'failed',
      'Given up after 4 attempts: the receiver answered 302. Redirects are not followed: change the URL to the address that answers by itself.',
    ],
    [
      cancelledDelivery({ attemptCount: 0 }),
      'cancelled',
      'Cancelled after 0 attempts: the subscription was deleted.',
    ],
  ])('is explained by its row: %j', (delivery, outcome, explanation) => {
    expect(atFirst({ delivery })).toMatchObject({ outcome, explanation, delivery: { eventId: 'evt_1' } });
  });

  test.each<[name: string, subscriptions: Subscription[], obstacle: string]>([
    ['enabled', [subscription()], ''],
    [
      'disabled',
      [subscription({ status: 'disabled' })],
      ' It will be cancelled then if the subscription is still disabled.',
    ],
    [
      'pending',
      [subscription({ status: 'pending' })],
      ' It will be cancelled then if the subscription is still pending.',
    ],
    ['deleted', [], ' It will be cancelled then: the subscription was deleted.'],
  ])('that waits names what stands in its way: the subscription is %s', (_, subscriptions, obstacle) => {
    expect(atFirst({ delivery: waiting(), subscriptions })?.explanation).toBe(
      `${planned} 1 attempt so far, the last one unanswered: GET /deliveries/{id} says why.${obstacle}`,
    );
    expect(atFirst({ delivery: claimedDelivery(), subscriptions })?.explanation).not.toContain('cancelled');
  });
});

test('a parked delivery whose subscription is gone does not go on, whatever parked it', () => {
  const delivery = parkedDelivery({ reason: 'paused', attemptCount: 1 });

  expect(atFirst({ delivery, subscriptions: [] })?.explanation).toBe(
    'No attempt is planned; 1 attempt so far: the subscription was deleted.',
  );
  expect(atFirst({ delivery, subscriptions: [subscription()] })?.explanation).toContain('is paused');
});

describe('a delivery that its owner asked for', () => {
  const asked = 'Sent because its owner asked for it.';

  test.each(['not-subscribed', 'disabled', 'pending', 'account-suspended'] as const)(
    'takes the place of the reason %s',
    (decision) => {
      expect(atFirst({ decision, delivery: deliveredDelivery() })).toMatchObject({
        outcome: 'delivered',
        explanation: `${asked} The receiver answered 2xx after 1 attempt.`,
        delivery: { subscriptionId: 'sub_1', status: 'delivered' },
      });
    },
  );

  test.each([false, true])(
    'is shown at a subscription that was not in the plan (of a test: %s)',
    (isTest) => {
      const subscriptions = [subscription(), subscription({ id: 'sub_2', status: 'disabled' })];
      const delivery = waitingDelivery({ subscriptionId: 'sub_2' });

      expect(explain({ isTest, subscriptions, delivery }).subscriptions[1]).toMatchObject({
        subscriptionId: 'sub_2',
        outcome: 'waiting',
        explanation: expect.stringMatching(
          new RegExp(`^${asked} The next .* if the subscription is still disabled\\.$`),
        ),
        delivery: { subscriptionId: 'sub_2' },
      });
    },
  );
});

describe('a subscription that is not in the plan', () => {
  const other = subscription({ id: 'sub_2', createdAt: '2026-11-23T17:00:01.000Z' });

  test('was created later', () => {
    const created = {
      code: 'event.created-later',
      params: { at: '2026-11-23T17:00:01.000Z' },
      text: 'The subscription was created at 2026-11-23T17:00:01.000Z: after the event came, or so shortly before it that it did not count yet.',
    };
    expect(explain({ subscriptions: [subscription(), other] }).subscriptions.slice(1)).toEqual([
      {
        subscriptionId: 'sub_2',
        outcome: 'created-later',
        explanation: created.text,
        sentences: [created],
      },
    ]);
  });

  test('has nothing to do with a test', () => {
    const { subscriptions } = explain({ isTest: true, subscriptions: [subscription(), other] });

    expect(subscriptions.map(({ subscriptionId }) => subscriptionId)).toEqual(['sub_1']);
  });
});

test('there are these outcomes', () => {
  expect(eventOutcomes).toEqual([
    'delivered',
    'waiting',
    'parked',
    'failed',
    'cancelled',
    'no-longer-known',
    'not-subscribed',
    'disabled',
    'pending',
    'account-suspended',
    'created-later',
  ]);
});
