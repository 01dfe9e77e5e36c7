import { describe, expect, test } from '@jest/globals';
import { explainDelivery } from '../../contract/delivery-explanations.ts';
import { textOf } from '../../contract/sentences.ts';
import type { WaitingDelivery } from '../../core/deliveries/delivery.ts';
import { waitingDelivery } from '../support/builders.ts';

const nextAttemptAt = '2026-11-23T14:02:11.000Z';

function explain(of: Partial<WaitingDelivery>): string {
  return textOf(explainDelivery(waitingDelivery({ nextAttemptAt, ...of })));
}

describe('a delivery that waits for a limit says for which, until when, and what its owner can do:', () => {
  test.each<[NonNullable<WaitingDelivery['limit']>, RegExp]>([
    ['subscription', /what its subscription allows\. Raise or remove `rateLimit`/],
    [
      'unproven-address',
      /one call a second to an address that has not yet answered 2xx.*Answer one call with 2xx/,
    ],
    ['account-at-host', /share of the calls to this host.*fewer subscriptions/],
    ['account', /calls to all receivers.*fewer subscriptions/],
    ['host', /all accounts .* this host.*a host of your own is not shared/],
    ['domain', /all accounts .* this domain.*a domain of your own is not shared/],
    ['address', /all accounts .* address of this host.*an address of your own is not shared/],
    ['places', /calls of the account are in progress.*answer before they do the work/],
    ['api', /no room for more calls now/],
  ])('%s', (limit, advice) => {
    const said = explain({ limit, attemptCount: 0 });

    expect(said).toMatch(/^It waits for a limit until its next turn at 2026-11-23T14:02:11\.000Z: [a-z]/);
    expect(said).toMatch(advice);
  });
});

test('a delivery that waits for a limit tells its last answer too, with what to do', () => {
  const said = explain({ limit: 'subscription', attemptCount: 2, responseStatus: 401 });

  expect(said).toMatch(
    /`rateLimit`.* latest attempt was answered 401\. It does not let the call in: compare/,
  );
  expect(explain({ limit: 'subscription', attemptCount: 2, responseStatus: 204 })).not.toContain('204');
});

test('a delivery that waits for its next attempt says what the last answer means', () => {
  expect(explain({ attemptCount: 2, responseStatus: 401 })).toMatch(
    /2 attempts so far, the last one answered 401\. It does not let the call in: compare/,
  );
  expect(explain({ attemptCount: 1, responseStatus: 200 })).toMatch(/answered 200\.$/);
});
