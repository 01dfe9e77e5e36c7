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

test('every list takes the parameters of a page, and nothing else does', () => {
  const keysOf = (schema: unknown) => Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});
  const lists = routeKeys.filter((routeKey) => keysOf(routeOf(routeKey).answer.body).includes('nextCursor'));
  const paged = routeKeys.filter((routeKey) => {
    const names = keysOf(routeOf(routeKey).query);
    return names.includes('limit') && names.includes('cursor');
  });

  expect(lists).toContain('GET /event-types');
  expect(paged).toEqual(lists);
});

test('no two routes have one operationId', () => {
  const ids = routeKeys.map((routeKey) => routeOf(routeKey).operationId);

  expect(new Set(ids).size).toBe(ids.length);
});
