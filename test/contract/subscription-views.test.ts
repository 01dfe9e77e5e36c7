import { expect, test } from '@jest/globals';
import { presentSubscription } from '../../contract/subscription-views.ts';
import { subscription } from '../support/builders.ts';

test('what the API shows holds no secrets, no header values and no account', () => {
  const shown = presentSubscription(subscription({ headers: { names: ['x-key'], sealed: 'sealed-too' } }));

  expect(shown.headers).toEqual({ 'x-key': '********' });

  expect(shown).toMatchObject({ id: 'sub_1', status: 'enabled' });
  expect(JSON.stringify(shown)).not.toMatch(/secret|sealed|acc_1/);
});
