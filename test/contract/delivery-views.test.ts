import { describe, expect, test } from '@jest/globals';
import { presentAttempt, presentDelivery } from '../../contract/delivery-views.ts';
import {
  cancelledDelivery,
  claimedDelivery,
  deliveredDelivery,
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
