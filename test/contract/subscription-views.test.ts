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
    refused,
  });
});

test('what the API shows holds no secrets, no header values and no account', () => {
  const shown = presentSubscription(subscription({ headers: { names: ['x-key'], sealed: 'sealed-too' } }));

  expect(shown.headers).toEqual({ 'x-key': '********' });

  expect(shown).toMatchObject({ id: 'sub_1', status: 'enabled' });
  expect(JSON.stringify(shown)).not.toMatch(/secret|sealed|acc_1/);
});
