import { expect, test } from '@jest/globals';
import { presentSubscription } from '../../contract/subscription-views.ts';
import { subscription } from '../support/builders.ts';

test('an address that is refused is shown, and what only we note of a receiver is not', () => {
  const refused = { since: '2026-11-23T17:00:00.000Z', address: '10.0.0.7', refusal: 'private-network' };
  const provenAt = '2026-11-23T16:00:00.000Z';
  const noted = { count: 1, at: provenAt };
  const receiver = {
    provenAt,
    provenAddresses: ['192.0.2.1'],
    doubts: noted,
    slowSince: provenAt,
    quickCalls: noted,
  };

  expect(presentSubscription(subscription({ receiver: { ...receiver, refused } }))).toEqual({
    ...presentSubscription(subscription({ receiver: { provenAt } })),
    health: { level: 'problem', sentences: [expect.objectContaining({ code: 'health.address-forbidden' })] },
    refused,
  });
});

test('what the API shows holds no secrets, no header values and no account', () => {
  const shown = presentSubscription(subscription({ headers: { names: ['x-key'], sealed: 'sealed-too' } }));

  expect(shown.headers).toEqual({ 'x-key': '********' });

  expect(shown).toMatchObject({ id: 'sub_1', status: 'enabled' });
  expect(JSON.stringify(shown)).not.toMatch(/secret|sealed|acc_1/);
});

test('a subscription is shown with all that its owner set, metadata in the order of its names', () => {
  const set = subscription({
    metadata: { b: '2', a: '1', c: '3' },
    status: 'disabled',
    disabledReason: 'gone',
    rateLimit: { calls: 5, perSeconds: 1 },
    timeoutMs: 2_000,
    verifiedAt: '2026-11-23T17:00:00.000Z',
    verification: {
      id: 'vrf_1',
      askedAt: '2026-11-23T16:00:00.000Z',
      state: 'failed',
      reason: 'timeout',
      status: 500,
    },
    createdAt: '2026-11-01T00:00:00.000Z',
    updatedAt: '2026-11-02T00:00:00.000Z',
  });
  const { id, url, eventTypes, description, receiver } = set;
  const shown = presentSubscription(set);

  expect(shown).toEqual({
    id,
    url,
    eventTypes,
    description,
    metadata: { a: '1', b: '2', c: '3' },
    status: 'disabled',
    health: { level: 'problem', sentences: [expect.objectContaining({ code: 'health.disabled-gone' })] },
    disabledReason: 'gone',
    headers: {},
    rateLimit: { calls: 5, perSeconds: 1 },
    timeoutMs: 2_000,
    verifiedAt: set.verifiedAt,
    provenAt: receiver.provenAt,
    refused: undefined,
    verification: {
      state: 'failed',
      askedAt: '2026-11-23T16:00:00.000Z',
      answeredAt: undefined,
      reason: 'timeout',
      status: 500,
      deliveryId: expect.stringMatching(/^dlv_/),
    },
    createdAt: set.createdAt,
    updatedAt: set.updatedAt,
  });
  expect(Object.keys(shown.metadata)).toEqual(['a', 'b', 'c']);
});

test('who may only read does not see the path of the hook', () => {
  const { url } = subscription();

  expect(presentSubscription(subscription(), ['view']).url).toBe('https://crm.example.com/********');
  expect(presentSubscription(subscription(), ['view', 'manage']).url).toBe(url);
  expect(presentSubscription(subscription()).url).toBe(url);
});
