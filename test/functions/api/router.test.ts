import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { internalFailure } from '../../../bench/wire-proxy.ts';
import { routeKeysWith, routeOf } from '../../../contract/routes.ts';
import { eventTypes } from '../../../core/events/event-catalog.ts';
import type { TestApi } from '../../support/api.ts';
import { uniqueId } from '../../support/builders.ts';
import type { Deployment } from '../../support/deployment.ts';
import { prepareDeployment } from '../../support/suite.ts';

let deployment: Deployment;
let api: TestApi;
prepareDeployment((suite) => {
  ({ deployment, api } = suite);
});

const call: TestApi['call'] = (...args) => api.call(...args);

const newSubscription = {
  url: 'https://crm.example.com/hooks',
  eventTypes: [eventTypes[0]],
  description: 'CRM',
};

async function create(accountId: string, overrides: Record<string, unknown> = {}) {
  const { body } = await call('POST /subscriptions', {
    accountId,
    body: { ...newSubscription, ...overrides },
  });
  return body;
}

describe('a request body', () => {
  test('with very many mistakes gets an answer that can be carried', async () => {
    const eventTypes = Array.from({ length: 15_000 }, () => 'x');
    const answers = await Promise.all([
      call('POST /subscriptions', { accountId: 'acc_1', body: { ...newSubscription, eventTypes } }),
      call('POST /subscriptions', {
        accountId: 'acc_1',
        body: {
          ...newSubscription,
          headers: Object.fromEntries(eventTypes.map((_, at) => [`h ${at}`, 'x'])),
        },
      }),
    ]);

    for (const { status, body } of answers) {
      expect(status).toBe(400);
      expect(body.issues.length).toBeLessThanOrEqual(20);
    }
  });

  const bytes = 256 * 1024;

  test('of more than 256 KB is refused before anything reads it', async () => {
    const accountId = uniqueId('acc');

    expect(await call('POST /subscriptions', { accountId, body: 'x'.repeat(bytes + 1) })).toMatchObject({
      status: 413,
      body: { type: 'urn:iomnihub:webhooks:problem:too-large' },
    });
    expect(await call('POST /subscriptions', { accountId, body: 'x'.repeat(bytes) })).toMatchObject({
      status: 400,
    });
  });

  test('counts in bytes as they are after base64', async () => {
    const overrides = { isBase64Encoded: true };
    const body = (text: string) => Buffer.from(text).toString('base64');

    expect(
      await call('POST /subscriptions', { accountId: 'acc_1', body: body('x'.repeat(bytes)), overrides }),
    ).toMatchObject({ status: 400 });
    expect(
      await call('POST /subscriptions', { accountId: 'acc_1', body: body('€'.repeat(bytes / 2)), overrides }),
    ).toMatchObject({ status: 413 });
  });
});

describe('who may do what', () => {
  const managing = routeKeysWith('manage', 'secrets');
  const accounts = routeKeysWith('read', 'manage', 'secrets', 'session');
  const open = routeKeysWith('public').filter((routeKey) => routeOf(routeKey).body === undefined);

  test.each(managing)('%s: a read key may not', async (routeKey) => {
    const accountId = uniqueId('acc');
    const { id } = await create(accountId);

    expect(await call(routeKey, { accountId, role: 'read', id, body: newSubscription })).toMatchObject({
      status: 403,
      body: { type: 'urn:iomnihub:webhooks:problem:forbidden' },
    });
    expect(await deployment.subscriptions.listSubscriptions(accountId)).toHaveLength(1);
  });

  test.each(accounts)('%s: nobody may without an account', async (routeKey) => {
    expect(await call(routeKey, { id: 'sub_1', body: newSubscription })).toMatchObject({ status: 401 });
    expect(
      await call(routeKey, {
        overrides: { requestContext: { authorizer: { lambda: null }, http: {} } as never },
      }),
    ).toMatchObject({ status: 401 });
  });

  test.each(open)(
    '%s: anybody may, as often as the gateway lets them, at no cost to the table',
    async (routeKey) => {
      const accountId = uniqueId('acc');
      for (let count = 0; count < 20; count += 1) {
        expect(await call(routeKey)).toMatchObject({ status: 200 });
        expect(await call(routeKey, { accountId })).toMatchObject({ status: 200 });
      }
      expect(deployment.wire.table.calls).toEqual([]);
    },
  );

  test.each(['$default', 'PATCH /subscriptions', 'toString', '__proto__'])(
    '%s is no route',
    async (routeKey) => {
      expect(await call(routeKey, { accountId: 'acc_1' })).toMatchObject({ status: 404 });
    },
  );
});

describe('a request that no route takes', () => {
  const send = (method: string, rawPath: string) =>
    call(`${method} /{proxy+}`, {
      overrides: {
        rawPath,
        requestContext: { requestId: 'request-1', http: { method } } as never,
      },
    });

  test.each([
    ['PATCH', '/subscriptions', 'GET, HEAD, POST'],
    ['PUT', '/subscriptions/sub_1', 'GET, HEAD, PATCH, DELETE'],
    ['GET', '/subscriptions/sub_1/test', 'POST'],
    ['POST', '/openapi.json', 'GET, HEAD'],
    ['DELETE', '/', 'GET, HEAD'],
    ['POST', '/accounts/acc_1/status', 'PUT'],
  ])('for its method is told the methods that are good: %s %s', async (method, path, allow) => {
    expect(await send(method, path)).toEqual({
      status: 405,
      headers: {
        'cache-control': 'no-store',
        'content-type': 'application/problem+json',
        'x-request-id': 'request-1',
        allow,
      },
      body: {
        type: 'urn:iomnihub:webhooks:problem:method-not-allowed',
        title: expect.any(String),
        status: 405,
        detail: `The path takes ${allow}.`,
      },
    });
  });

  test.each([
    ['GET', '/'.repeat(3)],
    ['POST', '/subscription'],
    ['OPTIONS', '/nowhere'],
    ['DELETE', '/toString'],
  ])('for its path is told so: %s %s', async (method, path) => {
    const answer = await send(method, path);

    expect(answer).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json', 'x-request-id': 'request-1' },
      body: { type: 'urn:iomnihub:webhooks:problem:no-such-route' },
    });
    expect(answer.headers).not.toHaveProperty('allow');
  });

  test('by OPTIONS learns the methods', async () => {
    expect(await send('OPTIONS', '/subscriptions')).toMatchObject({
      status: 204,
      headers: { allow: 'GET, HEAD, POST' },
      body: null,
    });
  });

  test('by HEAD gets no body', async () => {
    expect(await send('HEAD', '/nowhere')).toMatchObject({ status: 404, body: null });
    expect(await send('HEAD', '/subscriptions/sub_1/test')).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
      body: null,
    });
  });

  test('costs no call to the table', async () => {
    deployment.wire.table.reset();
    await send('PATCH', '/subscriptions');
    await send('GET', '/nowhere');

    expect(deployment.wire.table.calls).toEqual([]);
  });
});

describe('HEAD', () => {
  const head = { requestContext: { requestId: 'request-1', http: { method: 'HEAD' } } as never };

  test('is answered like GET, without the body', async () => {
    const accountId = uniqueId('acc');
    const { id } = await create(accountId);
    const lambda = {
      accountId,
      capabilities: ['view', 'manage', 'secrets'],
      credentialKind: 'api-key',
      credentialId: 'key-1',
    };
    const requestContext = { requestId: 'request-1', http: { method: 'HEAD' }, authorizer: { lambda } };

    const got = await call('GET /subscriptions/{id}', { accountId, id });
    const answer = await call('HEAD /subscriptions/{id}', {
      id,
      overrides: { requestContext: requestContext as never },
    });
    expect(answer).toEqual({ ...got, body: null });
    expect(answer.headers['etag']).toMatch(/^"/);
  });

  test('lets in nobody whom GET does not', async () => {
    expect(await call('HEAD /subscriptions', { overrides: head })).toMatchObject({ status: 401, body: null });
  });

  test('is no way to do what another method does', async () => {
    expect(await call('HEAD /subscriptions/{id}/test', { overrides: head })).toMatchObject({ status: 404 });
  });
});

test('the address of the API tells what is there', async () => {
  const headers = { host: 'api.iomnihub.example', 'x-forwarded-proto': 'https' };

  expect(await call('GET /', { headers })).toMatchObject({
    status: 200,
    body: {
      name: 'iOmniHub Webhooks',
      openapi: 'https://api.iomnihub.example/openapi.json',
      documentation: expect.stringContaining('docs/integrating.md'),
      authorization: expect.stringContaining('Bearer'),
    },
  });
});

test.each([
  ['https://api.iomnihub.example', { host: 'api.iomnihub.example', 'x-forwarded-proto': 'https' }],
  ['http://127.0.0.1:3000', { host: '127.0.0.1:3000', 'x-forwarded-proto': 'http' }],
  ['https://api.iomnihub.example', { host: 'api.iomnihub.example', 'x-forwarded-proto': 'javascript' }],
  // The name that the gateway itself gives.
  ['https://api.iomnihub.example', {}],
])('the document names the server that it was asked from: %s', async (url, headers) => {
  const { servers, openapi } = (await call('GET /openapi.json', { headers })).body;

  expect(openapi).toBe('3.1.0');
  expect(servers).toEqual([{ url, description: expect.any(String) }]);
});

test('without a good credential, the answer says how to send one', async () => {
  const answer = await call('GET /subscriptions');

  expect(answer).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'Bearer', 'content-type': 'application/problem+json' },
    body: { type: 'urn:iomnihub:webhooks:problem:unauthorized', detail: expect.stringContaining('misspelt') },
  });
});

test('a fault of ours is a 500 that names the request, and one error line', async () => {
  const accountId = uniqueId('acc');
  deployment.wire.table.intercept(async () => internalFailure);

  const response = await call('GET /subscriptions', { accountId });

  expect(response).toMatchObject({
    status: 500,
    headers: { 'content-type': 'application/problem+json' },
    body: {
      type: 'urn:iomnihub:webhooks:problem:internal-error',
      detail: expect.stringContaining('request-1'),
    },
  });
  expect(JSON.stringify(response)).not.toContain('broken on purpose');
  expect(response.headers['x-request-id']).toBe('request-1');
  expect(deployment.telemetry.lines).toMatchObject([
    {
      level: 'error',
      name: 'request.failed',
      fields: { routeKey: 'GET /subscriptions', requestId: 'request-1' },
    },
    {
      level: 'info',
      name: 'request.served',
      fields: { routeKey: 'GET /subscriptions', requestId: 'request-1', status: 500 },
    },
  ]);
});

test('no line holds a secret or the body of a request', async () => {
  deployment.wire.kms.intercept(async () => internalFailure);

  await create(uniqueId('acc'), { description: 'PLANTED-5531' });

  expect(deployment.telemetry.lines).toHaveLength(2);
  expect(inspect(deployment.telemetry.lines, { depth: null })).not.toMatch(
    /PLANTED|whsec_|crm\.example\.com/,
  );
});
