import { expect, test } from '@jest/globals';
import { healthOf } from '../../contract/subscription-health.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { Verification } from '../../core/subscriptions/verification.ts';
import { subscription } from '../support/builders.ts';

const at = '2026-11-23T17:00:00.000Z';
const asked = (facts: Partial<Verification>): Verification => ({
  id: 'vrf_1',
  state: 'asked',
  askedAt: at,
  ...facts,
});

test.each<[string, Partial<Subscription>, string, readonly string[]]>([
  ['answers', { receiver: { provenAt: at } }, 'ok', ['health.working']],
  ['has never answered 2xx', { receiver: {} }, 'warning', ['health.unproven']],
  [
    'has a name that leads inside',
    { receiver: { provenAt: at, refused: { since: at } } },
    'problem',
    ['health.address-forbidden'],
  ],
  ['was disabled by its owner', { status: 'disabled' }, 'off', ['health.disabled']],
  ['answered 410', { status: 'disabled', disabledReason: 'gone' }, 'problem', ['health.disabled-gone']],
  [
    'has a URL that we do not call',
    { status: 'disabled', disabledReason: 'invalid-url' },
    'problem',
    ['health.disabled-invalid-url'],
  ],
  [
    'had a name that led inside for a day',
    { status: 'disabled', disabledReason: 'address-forbidden' },
    'problem',
    ['health.disabled-address-forbidden'],
  ],
  [
    'asked for it by a header',
    { status: 'disabled', disabledReason: 'asked-by-receiver' },
    'problem',
    ['health.disabled-asked-by-receiver'],
  ],
  ['is being asked', { status: 'pending', verification: asked({}) }, 'waiting', ['health.asked']],
  ['was never asked', { status: 'pending' }, 'waiting', ['health.consent-missing']],
  [
    'consented at another URL',
    { status: 'pending', verification: asked({ state: 'verified' }) },
    'waiting',
    ['health.consent-missing'],
  ],
  [
    'refused the question',
    { status: 'pending', verification: asked({ state: 'failed', reason: 'status', status: 404 }) },
    'problem',
    ['health.consent-failed', 'failure.answered', 'status.nowhere'],
  ],
  [
    'did not send the challenge back',
    {
      status: 'pending',
      verification: asked({ state: 'failed', reason: 'challenge-not-echoed', status: 200 }),
    },
    'problem',
    ['health.consent-failed', 'failure.challenge-not-echoed'],
  ],
])('a receiver that %s', (_, facts, level, codes) => {
  const { disabledReason: __, verification: ___, ...plain } = subscription();
  const health = healthOf({ ...plain, ...facts });

  expect(health.level).toBe(level);
  expect(health.sentences.map(({ code }) => code)).toEqual(codes);
  for (const { text } of health.sentences) expect(text).toMatch(/^\S.*[.:]$/);
});

test('the sentence names the time on which it is based', () => {
  expect(healthOf(subscription({ receiver: { provenAt: at } })).sentences).toEqual([
    {
      code: 'health.working',
      params: { at },
      text: `The receiver answers 2xx, for the first time at ${at}.`,
    },
  ]);
});
