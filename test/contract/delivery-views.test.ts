import { describe, expect, test } from '@jest/globals';
import {
  deliveryStatuses,
  presentAttempt,
  presentDelivery,
  statesOf,
} from '../../contract/delivery-views.ts';
import { say } from '../../contract/sentences.ts';
import { deliveryIdOf } from '../../core/deliveries/delivery.ts';
import {
  acceptedAt,
  attempt,
  cancelledDelivery,
  claimedDelivery,
  deliveredDelivery,
  deliveryRef,
  exhaustedDelivery,
  waitingDelivery,
} from '../support/builders.ts';

describe('a delivery is shown', () => {
  const nextAttemptAt = '2026-11-23T17:00:05.000Z';
  test.each([
    ['waiting, with its next attempt', waitingDelivery({ nextAttemptAt }), 'waiting', nextAttemptAt],
    ['waiting while its receiver is called, without one', claimedDelivery(), 'waiting', undefined],
    ['delivered', deliveredDelivery(), 'delivered', undefined],
    ['failed', exhaustedDelivery(), 'failed', undefined],
    ['cancelled', cancelledDelivery(), 'cancelled', undefined],
  ])('%s', (_, row, status, next) => {
    expect(presentDelivery(row)).toMatchObject({ status });
    expect(presentDelivery(row).nextAttemptAt).toBe(next);
  });
});

test('a refused address is told with its rule', () => {
  const outcome = {
    kind: 'failure',
    reason: 'address-forbidden',
    refusal: 'private-network',
    refusedAddress: '10.0.0.7',
    durationMs: 3,
  } as const;
  const sent = { origin: 'https://crm.example.com', userAgent: 'test', customHeaders: [] };

  expect(
    presentAttempt(waitingDelivery(), { startedAt: '2026-11-23T17:00:00.000Z', outcome, sent }),
  ).toMatchObject({
    outcome: 'failure',
    reason: 'address-forbidden',
    refusal: 'private-network',
    refusedAddress: '10.0.0.7',
  });
});

test('a delivery is shown with all that its owner may know of it', () => {
  const { eventId, eventType, subscriptionId } = deliveryRef();

  expect(
    presentDelivery(exhaustedDelivery({ responseStatus: 503, reason: 'status', attemptCount: 4 })),
  ).toEqual({
    id: expect.stringMatching(/^dlv_/),
    subscriptionId,
    eventId,
    eventType,
    acceptedAt,
    status: 'failed',
    reason: 'status',
    attemptCount: 4,
    responseStatus: 503,
    sentences: [
      { code: 'delivery.exhausted', params: { attempts: 4 }, text: 'Given up after 4 attempts:' },
      { code: 'failure.answered', params: { status: 503 }, text: 'the receiver answered 503.' },
      {
        code: 'status.down',
        params: {},
        text: 'It is down or overloaded, or a proxy before it does not reach it: check that it runs, and set `rateLimit` if it gets too many calls.',
      },
    ],
    updatedAt: exhaustedDelivery().updatedAt,
    nextAttemptAt: undefined,
  });
  expect(presentDelivery(deliveredDelivery()).reason).toBeUndefined();
});

test('an attempt that ran out of time is shown with what was not done, and a success without a word', () => {
  const outcome = { kind: 'failure', reason: 'timeout', phase: 'handshake', durationMs: 5_000 } as const;

  expect(presentAttempt(deliveryRef(), attempt({ outcome }))).toMatchObject({
    phase: 'handshake',
    sentences: [{ code: 'failure.timeout-handshake' }],
  });
  expect(presentAttempt(deliveryRef(), attempt()).sentences).toBeUndefined();
});

test('each state of a row has one status, by which it is found', () => {
  expect(deliveryStatuses.map((status) => [status, statesOf([status])])).toEqual([
    ['waiting', ['waiting', 'claimed']],
    ['delivered', ['delivered']],
    ['failed', ['exhausted']],
    ['cancelled', ['cancelled']],
  ]);
  expect(statesOf(['failed', 'waiting'])).toEqual(['waiting', 'claimed', 'exhausted']);
});

test('an attempt is shown with what was sent, the secret parts masked', () => {
  const sent = {
    origin: 'https://crm.example.com',
    userAgent: 'iOmniHub/1',
    customHeaders: ['x-key', 'x-b'],
    attempt: 2,
    isTest: true,
  } as const;
  const outcome = {
    kind: 'failure',
    reason: 'tls',
    errorCode: 'CERT_HAS_EXPIRED',
    status: 503,
    durationMs: 12,
    remoteAddress: '192.0.2.1',
    responseExcerpt: 'sorry',
  } as const;

  expect(
    presentAttempt(deliveryRef(), attempt({ startedAt: '2026-11-23T17:00:00.900Z', outcome, sent })),
  ).toEqual({
    startedAt: '2026-11-23T17:00:00.900Z',
    durationMs: 12,
    outcome: 'failure',
    reason: 'tls',
    refusal: undefined,
    refusedAddress: undefined,
    errorCode: 'CERT_HAS_EXPIRED',
    phase: undefined,
    status: 503,
    sentences: [say('failure.tls')],
    remoteAddress: '192.0.2.1',
    responseExcerpt: 'sorry',
    request: {
      method: 'POST',
      origin: 'https://crm.example.com',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'iOmniHub/1',
        'iomnihub-subscription-id': 'sub_1',
        'iomnihub-delivery-id': deliveryIdOf(deliveryRef()),
        'iomnihub-event-type': deliveryRef().eventType,
        'iomnihub-attempt': '2',
        'iomnihub-test': 'true',
        'webhook-id': 'evt_1',
        'webhook-timestamp': '1795453200',
        'webhook-signature': '********',
        'x-key': '********',
        'x-b': '********',
      },
    },
  });
  expect(presentAttempt(deliveryRef(), attempt())).toMatchObject({ outcome: 'success', reason: undefined });
});

test('an attempt of an event that was published is not shown as a test', () => {
  const sent = { origin: 'https://crm.example.com', userAgent: 'test', customHeaders: [], attempt: 1 };

  const { headers } = presentAttempt(deliveryRef(), attempt({ sent })).request;
  expect(headers['iomnihub-attempt']).toBe('1');
  expect(headers).not.toHaveProperty('iomnihub-test');
});

test('an attempt that an earlier version made is shown with what that version sent', () => {
  const { headers } = presentAttempt(deliveryRef(), attempt()).request;

  expect(Object.keys(headers).toSorted()).toEqual([
    'content-type',
    'user-agent',
    'webhook-id',
    'webhook-signature',
    'webhook-timestamp',
  ]);
});
