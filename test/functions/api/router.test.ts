import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { routeKeysWith } from '../../../contract/routes.ts';
import { parseAuthorization } from '../../../core/accounts/credential.ts';
import { eventTypes } from '../../../core/events/event-catalog.ts';
import { createAuthorizer } from '../../../functions/authorize-request.ts';
import { createTestApi, type TestApi } from '../../support/api.ts';
import { sqsRecord, uniqueId } from '../../support/builders.ts';
import { type Deployment, startDeployment } from '../../support/deployment.ts';
import { startReceiver, verifyCallback } from '../../support/receiver.ts';
import { internalFailure } from '../../support/wire-proxy.ts';

let deployment: Deployment;
let api: TestApi;
beforeAll(async () => {
  deployment = await startDeployment();
  api = createTestApi(deployment);
});
afterEach(() => deployment.reset());
afterAll(() => deployment.close());

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

describe('creating a subscription', () => {
  test('answers with it, its secret and the time from which it counts', async () => {
    const accountId = uniqueId('acc');
    const now = deployment.clock.now();

    const response = await call('POST /subscriptions', { accountId, body: newSubscription });

    expect(response).toEqual({
      status: 201,
      headers: {
        'cache-control': 'no-store',
        'content-type': 'application/json',
        'x-request-id': 'request-1',
        etag: expect.stringMatching(/^"[A-Za-z0-9_-]{22}"$/),
      },
      body: {
        ...newSubscription,
        headers: {},
        metadata: {},
        id: expect.stringMatching(/^sub_[0-9a-f]{24}$/),
        status: 'enabled',
        secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
        createdAt: now.toISOString(),
        updatedAt: now.toISOString(),
        effectiveAt: new Date(now.getTime() + 5_000).toISOString(),
      },
    });
  });

  test('stores the secret sealed only', async () => {
    const { secret } = await create(uniqueId('acc'));

    const stored = JSON.stringify(deployment.wire.table.calls);
    expect(stored).toContain('sealed');
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(Buffer.from(secret.slice(6), 'base64').toString('hex'));
  });

  test('lets the deliverer sign what the owner can verify with the secret from the answer', async () => {
    const accountId = uniqueId('acc');
    const receiver = await startReceiver();
    const { id, secret } = await create(accountId, { url: receiver.url });
    const created = await deployment.subscriptions.findSubscription(accountId, id);

    const message = created && deployment.messageFor(created);
    await deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));
    await receiver.close();

    expect(receiver.callbacks.map((callback) => verifyCallback(callback, secret))).toEqual([
      { data: 'ação' },
    ]);
  });

  test('is for the account of the key, whatever the body says', async () => {
    const { status, body } = await call('POST /subscriptions', {
      accountId: uniqueId('acc'),
      body: { ...newSubscription, accountId: 'acc_other' },
    });

    expect(status).toBe(400);
    expect(body.issues).toMatchObject([{ field: 'accountId' }]);
    expect(await deployment.subscriptions.listSubscriptions('acc_other')).toEqual([]);
  });

  test.each([
    ['url', { url: 'crm' }, 'url'],
    ['eventTypes', { eventTypes: [eventTypes[0], 'ticket.exploded'] }, 'eventTypes.1'],
    ['description', { description: 5 }, 'description'],
    ['further field', { secret: 'whsec_mine' }, 'secret'],
  ])('an invalid %s is named', async (_, wrong, field) => {
    const { status, headers, body } = await call('POST /subscriptions', {
      accountId: uniqueId('acc'),
      body: { ...newSubscription, ...wrong },
    });

    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(body).toMatchObject({
      type: 'urn:iomnihub:webhooks:problem:invalid-request',
      title: 'The request is not valid',
      status: 400,
      issues: [{ field, message: expect.any(String) }],
    });
  });

  test.each(['', '{', 'undefined'])('the body %j is no JSON', async (body) => {
    expect(await call('POST /subscriptions', { accountId: uniqueId('acc'), body })).toMatchObject({
      status: 400,
      body: { type: 'urn:iomnihub:webhooks:problem:invalid-json' },
    });
  });

  test('a body in base64 is read', async () => {
    const body = Buffer.from(JSON.stringify(newSubscription)).toString('base64');

    expect(
      await call('POST /subscriptions', {
        accountId: uniqueId('acc'),
        body,
        overrides: { isBase64Encoded: true },
      }),
    ).toMatchObject({ status: 201 });
  });

  test('an account has at most 50 also when many are created at the same time', async () => {
    const accountId = uniqueId('acc');
    for (let count = 0; count < 47; count += 1) await deployment.subscribe({ accountId });

    const answers = await Promise.all(
      Array.from({ length: 8 }, () => call('POST /subscriptions', { accountId, body: newSubscription })),
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
    const left = await deployment.subscriptions.listSubscriptions(accountId);
    expect(left.length).toBeLessThanOrEqual(50);
    const created = answers.flatMap(({ status, body }) => (status === 201 ? [body.id] : []));
    expect(left.map(({ id }) => id)).toEqual(expect.arrayContaining(created));
  });

  test('an account has at most 50, whoever is written last', async () => {
    const accountId = uniqueId('acc');
    for (let count = 0; count < 49; count += 1) await deployment.subscribe({ accountId });
    let isFirst = true;
    deployment.wire.table.intercept(async (call) => {
      if (call.operation === 'PutItem' && isFirst) {
        isFirst = false;
        deployment.clock.advance(1_000);
        await deployment.subscribe({ accountId });
      }
      return call.forward();
    });

    expect(await call('POST /subscriptions', { accountId, body: newSubscription })).toMatchObject({
      status: 409,
    });
    expect(await deployment.subscriptions.listSubscriptions(accountId)).toHaveLength(50);
  });

  test('an account has at most 50', async () => {
    const accountId = uniqueId('acc');
    for (let count = 0; count < 50; count += 1) await deployment.subscribe({ accountId });

    expect(await call('POST /subscriptions', { accountId, body: newSubscription })).toMatchObject({
      status: 409,
      body: { type: 'urn:iomnihub:webhooks:problem:too-many-subscriptions' },
    });
    expect(await deployment.subscriptions.listSubscriptions(accountId)).toHaveLength(50);
  });
});

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

describe('reading and deleting', () => {
  test('shows what was created, without secrets', async () => {
    const accountId = uniqueId('acc');
    const { secret, effectiveAt: _, ...created } = await create(accountId);

    const listed = await call('GET /subscriptions', { accountId, role: 'read' });
    const got = await call('GET /subscriptions/{id}', { accountId, role: 'read', id: created.id });

    expect(listed).toMatchObject({ status: 200, body: { items: [created], nextCursor: null } });
    expect(got).toMatchObject({ status: 200, body: created });
    expect(JSON.stringify([listed, got])).not.toMatch(/secret|sealed|whsec_/);
    expect(secret).toMatch(/^whsec_/);
  });

  test('a deleted subscription is gone, from a time that the answer says', async () => {
    const accountId = uniqueId('acc');
    const { id } = await create(accountId);

    const deleted = await call('DELETE /subscriptions/{id}', { accountId, id });

    expect(deleted).toMatchObject({
      status: 200,
      body: { effectiveAt: new Date(deployment.clock.now().getTime() + 5_000).toISOString() },
    });
    expect(await call('GET /subscriptions/{id}', { accountId, id })).toMatchObject({ status: 404 });
    expect(await call('DELETE /subscriptions/{id}', { accountId, id })).toMatchObject({ status: 404 });
    expect(await call('GET /subscriptions', { accountId })).toMatchObject({ body: { items: [] } });
  });

  test.each(['GET /subscriptions/{id}', 'DELETE /subscriptions/{id}'])(
    '%s: another account’s id and an unknown one give the same 404',
    async (routeKey) => {
      const accountId = uniqueId('acc');
      const { id } = await create(accountId);
      const other = { accountId: uniqueId('acc') };

      const foreign = await call(routeKey, { ...other, id });
      const unknown = await call(routeKey, { ...other, id: 'sub_000000000000000000000000' });

      expect(foreign).toEqual(unknown);
      expect(foreign.status).toBe(404);
      expect(await call('GET /subscriptions/{id}', { accountId, id })).toMatchObject({ status: 200 });
    },
  );

  test('no list shows another account’s subscriptions', async () => {
    await create(uniqueId('acc'));

    expect(await call('GET /subscriptions', { accountId: uniqueId('acc') })).toMatchObject({
      body: { items: [] },
    });
  });

  test.each(['', '#', '../acc_1', 'sub_1#', ' '])('the id %j is an unknown one', async (id) => {
    expect(await call('GET /subscriptions/{id}', { accountId: uniqueId('acc'), id })).toMatchObject({
      status: 404,
    });
  });

  test('an id of any length is an unknown one', async () => {
    const id = 'x'.repeat(2_000);

    expect(await call('GET /subscriptions/{id}', { accountId: uniqueId('acc'), id })).toMatchObject({
      status: 404,
    });
  });
});

describe('who may do what', () => {
  const managing = routeKeysWith('manage');
  const accounts = routeKeysWith('read', 'manage');
  const open = routeKeysWith('public');

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

describe('issuing an API key', () => {
  const route = 'POST /accounts/{accountId}/api-keys';

  function issue(accountId: string, body?: unknown) {
    return api.callSigned(route, { accountId }, body);
  }

  test('answers with a key that the authorizer takes', async () => {
    const accountId = uniqueId('acc');

    const { status, body } = await issue(accountId, { role: 'read', description: 'chatbot' });
    const authorize = createAuthorizer({
      credentials: api.credentials,
      telemetry: deployment.telemetry,
      now: deployment.clock.now,
    });
    const authorized = await authorize({ headers: { authorization: `Bearer ${body.key}` } } as never);

    expect(status).toBe(201);
    expect(body).toMatchObject({ accountId, role: 'read', description: 'chatbot' });
    expect(authorized).toEqual({
      isAuthorized: true,
      context: {
        accountId,
        role: 'read',
        credentialKind: 'api-key',
        credentialId: body.id,
      },
    });
  });

  test('without a body is for managing', async () => {
    expect(await issue(uniqueId('acc'))).toMatchObject({
      status: 201,
      body: { role: 'manage', description: '' },
    });
  });

  test('stores no secret', async () => {
    const { body } = await issue(uniqueId('acc'));

    const { secret } = parseAuthorization(`Bearer ${body.key}`) ?? { secret: 'none' };
    expect(body.key).toContain(secret);
    expect(JSON.stringify(deployment.wire.table.calls)).not.toContain(secret);
    expect(body).not.toHaveProperty('secretHash');
  });

  test.each([
    ['a role that there is not', { role: 'admin' }, 'role'],
    ['a field that there is not', { accountId: 'acc_other' }, 'accountId'],
  ])('%s is refused', async (_, wrong, field) => {
    expect(await issue(uniqueId('acc'), wrong)).toMatchObject({ status: 400, body: { issues: [{ field }] } });
  });

  test.each(['a#b', '', 'x'.repeat(65)])('the account %j is none', async (accountId) => {
    expect(await issue(accountId)).toMatchObject({ status: 400 });
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
