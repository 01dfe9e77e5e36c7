import { expect, test } from '@jest/globals';
import type { DeliveryOutcome } from '../../../core/receivers/delivery-outcome.ts';
import { rememberCalls } from '../../../functions/deliverer/recent-calls.ts';
import { subscription } from '../../support/builders.ts';

const success: DeliveryOutcome = { kind: 'success', status: 204, durationMs: 12 };
const failure: DeliveryOutcome = { kind: 'failure', reason: 'timeout', durationMs: 12 };
const at = (seconds: number) => new Date(Date.parse('2026-11-23T17:00:00.000Z') + seconds * 1_000);

test.each<[string, readonly (readonly [seconds: number, outcome: DeliveryOutcome])[], boolean]>([
  ['right after a success', [[0, success]], true],
  ['a minute after it', [[-51, success]], true],
  ['longer than that after it', [[-51.001, success]], false],
  [
    'after another failure',
    [
      [0, success],
      [1, failure],
    ],
    false,
  ],
  [
    'after a failure and a success',
    [
      [0, success],
      [1, failure],
      [2, success],
    ],
    true,
  ],
  ['of a receiver of which nothing is remembered', [], false],
  ['after failures alone', [[0, failure]], false],
])('a failure %s is the first one or not', (_, before, isFirst) => {
  const isFirstFailure = rememberCalls();
  const seen = subscription();
  for (const [seconds, outcome] of before) isFirstFailure(seen, outcome, at(seconds));

  expect(isFirstFailure(seen, failure, at(9))).toBe(isFirst);
});

test('what another subscription has answered says nothing', () => {
  const isFirstFailure = rememberCalls();
  isFirstFailure(subscription({ id: 'sub_2' }), success, at(0));

  expect(isFirstFailure(subscription(), failure, at(1))).toBe(false);
});
