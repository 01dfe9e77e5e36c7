import { expect, test } from '@jest/globals';
import { methodAndPathOf, routeKeys, routeKeysWith, routeOf } from '../../contract/routes.ts';

test('every POST can be repeated with an Idempotency-Key, and nothing else', () => {
  const repeatable = routeKeys.filter((routeKey) => routeOf(routeKey).repeatable);

  expect(repeatable).toEqual(routeKeys.filter((routeKey) => methodAndPathOf(routeKey).method === 'POST'));
});

test('every route of the backend names the account, and no other does', () => {
  const naming = routeKeys.filter((routeKey) => routeKey.includes('/accounts/{accountId}'));

  expect(naming).toEqual(routeKeysWith('iam'));
});

test('no two routes have one operationId', () => {
  const ids = routeKeys.map((routeKey) => routeOf(routeKey).operationId);

  expect(new Set(ids).size).toBe(ids.length);
});
