import { expect, test } from '@jest/globals';
import { methodAndPathOf, methodsAt, routeKeys, routeKeysWith, routeOf } from '../../contract/routes.ts';

test('every POST can be repeated with an Idempotency-Key but one that must not, and nothing else', () => {
  // A link opens once, and a check changes nothing.
  const once = ['POST /portal-session', 'POST /url-checks'];
  const repeatable = routeKeys.filter((routeKey) => routeOf(routeKey).repeatable);

  expect([...repeatable, ...once].toSorted()).toEqual(
    routeKeys.filter((routeKey) => methodAndPathOf(routeKey).method === 'POST').toSorted(),
  );
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

test.each([
  ['/', ['GET', 'HEAD']],
  ['/openapi.json', ['GET', 'HEAD']],
  ['/subscriptions', ['GET', 'HEAD', 'POST']],
  ['/subscriptions/sub_1', ['GET', 'HEAD', 'PATCH', 'DELETE']],
  ['/subscriptions/a%2Fb', ['GET', 'HEAD', 'PATCH', 'DELETE']],
  ['/subscriptions/sub_1/test', ['POST']],
  ['/subscriptions/sub_1/secret/rotate', ['POST']],
  ['/accounts/acc_1', ['DELETE']],
  ['/accounts/acc_1/status', ['PUT']],
  ['', []],
  ['//', []],
  ['/subscriptions/', []],
  ['/subscriptions//test', []],
  ['/Subscriptions', []],
  ['/subscriptions/sub_1/', []],
  ['/subscriptions/sub_1/test/more', []],
  ['/toString', []],
  ['/{proxy+}', []],
])('at the path %j these methods are served: %j', (path, methods) => {
  expect(methodsAt(path)).toEqual(methods);
});

test('no two routes have one operationId', () => {
  const ids = routeKeys.map((routeKey) => routeOf(routeKey).operationId);

  expect(new Set(ids).size).toBe(ids.length);
});
