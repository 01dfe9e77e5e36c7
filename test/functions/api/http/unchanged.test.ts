import { expect, test } from '@jest/globals';
import type { TestApi } from '../../../support/api.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { prepareDeployment } from '../../../support/suite.ts';

let deployment: Deployment;
let api: TestApi;
let accountId: string;
prepareDeployment((suite) => {
  ({ deployment, api, accountId } = suite);
});

const get = (routeKey: string, ifNoneMatch?: string, id?: string) =>
  api.call(routeKey, {
    accountId,
    ...(id === undefined ? {} : { id }),
    ...(ifNoneMatch === undefined ? {} : { headers: { 'if-none-match': ifNoneMatch } }),
  });

test('what a caller has is not sent again, until it changes', async () => {
  const { headers, status, body } = await get('GET /subscriptions');
  const etag = String(headers['etag']);
  expect([status, body.items]).toEqual([200, []]);

  const same = await get('GET /subscriptions', etag);
  await deployment.subscribe({ accountId });
  const changed = await get('GET /subscriptions', etag);

  expect(same).toMatchObject({ status: 304, body: null, headers: { etag, 'cache-control': 'no-store' } });
  expect(same.headers).not.toHaveProperty('content-type');
  expect(changed).toMatchObject({ status: 200, body: { items: [expect.anything()] } });
  expect(changed.headers['etag']).not.toBe(etag);
});

test('a subscription has one ETag, for If-None-Match as for If-Match', async () => {
  const { subscription } = await deployment.subscribe({ accountId });
  const etag = String((await get('GET /subscriptions/{id}', undefined, subscription.id)).headers['etag']);

  expect(etag).toMatch(/^"[\w-]+\.[\w-]+"$/);
  expect(await get('GET /subscriptions/{id}', etag, subscription.id)).toMatchObject({ status: 304 });
});

test('an error is sent whatever a caller has', async () => {
  expect(await get('GET /subscriptions/{id}', '*', 'sub_none')).toMatchObject({ status: 404 });
});

test('a change is answered whatever a caller has', async () => {
  const { subscription } = await deployment.subscribe({ accountId });

  expect(
    await api.call('PATCH /subscriptions/{id}', {
      accountId,
      id: subscription.id,
      body: {},
      headers: { 'if-none-match': '*' },
    }),
  ).toMatchObject({ status: 200 });
});
