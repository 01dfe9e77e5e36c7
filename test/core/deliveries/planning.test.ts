import { describe, expect, test } from '@jest/globals';
import { planDeliveries } from '../../../core/deliveries/planning.ts';
import { eventTypes } from '../../../core/events/event-catalog.ts';
import { publishedEvent, subscription } from '../../support/builders.ts';

const event = publishedEvent();
const now = new Date('2026-11-24T00:00:00.000Z');
const others = eventTypes.filter((type) => type !== event.type);

describe('planDeliveries', () => {
  test.each([
    ['takes the type', {}, 'enqueue'],
    ['takes every type', { eventTypes }, 'enqueue'],
    ['takes whatever there is', { eventTypes: ['*' as const] }, 'enqueue'],
    ['takes other types only', { eventTypes: others }, 'not-subscribed'],
    ['waits for its receiver’s consent', { status: 'pending' as const }, 'pending'],
    ['is disabled', { status: 'disabled' as const }, 'disabled'],
    [
      'is disabled and takes other types only',
      { status: 'disabled' as const, eventTypes: others },
      'disabled',
    ],
  ])('a subscription that %s: %j decides for %s', (_, overrides, decision) => {
    expect(planDeliveries(event, [subscription(overrides)], 'active', now)).toEqual([
      { subscriptionId: 'sub_1', decision },
    ]);
  });

  test('says something about every subscription of the account, in their order', () => {
    const plan = planDeliveries(
      event,
      [
        subscription({ id: 'sub_b' }),
        subscription({ id: 'sub_a', status: 'disabled' }),
        subscription({ id: 'sub_c' }),
      ],
      'active',
      now,
    );

    expect(plan.map(({ subscriptionId }) => subscriptionId)).toEqual(['sub_b', 'sub_a', 'sub_c']);
  });

  test('never plans a delivery to another account, whoever listed its subscription', () => {
    expect(planDeliveries(event, [subscription({ accountId: 'acc_2' })], 'active', now)).toEqual([]);
  });

  test.each(['suspended', 'removed'] as const)('plans nothing for an account that is %s', (status) => {
    expect(planDeliveries(event, [subscription()], status, now)).toEqual([
      { subscriptionId: 'sub_1', decision: 'account-suspended' },
    ]);
  });
});
