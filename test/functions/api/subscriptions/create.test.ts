import { describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../../../core/events/event-catalog.ts';
import type { TestApi } from '../../../support/api.ts';
import { sqsRecord, uniqueId } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { startReceiver, verifyCallback } from '../../../support/receiver.ts';
import { prepareDeployment } from '../../../support/suite.ts';

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
        etag: expect.stringMatching(/^"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{22}"$/),
      },
      body: {
        ...newSubscription,
        headers: {},
        metadata: {},
        id: expect.stringMatching(/^sub_[0-9a-f]{24}$/),
        status: 'enabled',
        health: { level: 'warning', sentences: [expect.objectContaining({ code: 'health.unproven' })] },
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

  test('an account gets exactly 50 when many are created at the same time', async () => {
    const accountId = uniqueId('acc');
    for (let count = 0; count < 47; count += 1) await deployment.subscribe({ accountId });

    const answers = await Promise.all(
      Array.from({ length: 8 }, () => call('POST /subscriptions', { accountId, body: newSubscription })),
    );

    const created = answers.flatMap(({ status, body }) => (status === 201 ? [body.id] : []));
    expect(created).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(5);
    const left = (await deployment.subscriptions.listSubscriptions(accountId)).map(({ id }) => id);
    expect(left).toHaveLength(50);
    expect(left).toEqual(expect.arrayContaining(created));
  });

  test('a deleted one gives its place back', async () => {
    const accountId = uniqueId('acc');
    for (let count = 0; count < 49; count += 1) await deployment.subscribe({ accountId });
    const { id } = await create(accountId);
    const again = () => call('POST /subscriptions', { accountId, body: newSubscription });
    expect(await again()).toMatchObject({ status: 409 });

    await call('DELETE /subscriptions/{id}', { accountId, id });
    expect(await again()).toMatchObject({ status: 201 });
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

describe('reading and deleting', () => {
  test('shows what was created, without secrets', async () => {
    const accountId = uniqueId('acc');
    const { secret, effectiveAt: _, ...created } = await create(accountId);

    const listed = await call('GET /subscriptions', { accountId });
    const got = await call('GET /subscriptions/{id}', { accountId, id: created.id });

    expect(listed).toMatchObject({ status: 200, body: { items: [created], nextCursor: null } });
    expect(got).toMatchObject({ status: 200, body: created });
    expect(JSON.stringify([listed, got])).not.toMatch(/secret|sealed|whsec_/);
    expect(secret).toMatch(/^whsec_/);
  });

  test.each([
    ['https://crm.example.com/hooks/PLANTED?key=PLANTED', 'https://crm.example.com/********'],
    ['https://crm.example.com:8443/?PLANTED', 'https://crm.example.com:8443/********'],
    ['https://crm.example.com/', 'https://crm.example.com/'],
  ])('shows of %s to a key that may only read %s', async (url, shown) => {
    const accountId = uniqueId('acc');
    const { id } = await create(accountId, { url });
    const reading = { accountId, role: 'read' as const };

    const listed = await call('GET /subscriptions', reading);
    const got = await call('GET /subscriptions/{id}', { ...reading, id });

    expect(listed.body.items).toMatchObject([{ id, url: shown }]);
    expect(got.body).toMatchObject({ id, url: shown });
    expect(JSON.stringify([listed, got])).not.toContain('PLANTED');
    expect((await call('GET /subscriptions/{id}', { accountId, id })).body.url).toBe(url);
  });

  test('the ETag for a key that may only read tells nothing of the rest of the URL', async () => {
    const accountId = uniqueId('acc');
    const { id } = await create(accountId);
    const tagFor = async (role: 'read' | 'manage') =>
      (await call('GET /subscriptions/{id}', { accountId, id, role })).headers['etag'];
    const before = [await tagFor('read'), await tagFor('manage')];
    await call('PATCH /subscriptions/{id}', { accountId, id, body: { url: `${newSubscription.url}/other` } });

    const [read, manage] = [await tagFor('read'), await tagFor('manage')];
    expect([read === before[0], manage === before[1]]).toEqual([true, false]);
  });

  test('a URL as it is shown to those who may only read is none to be written', async () => {
    expect(
      await call('POST /subscriptions', {
        accountId: uniqueId('acc'),
        body: { ...newSubscription, url: 'https://crm.example.com/********' },
      }),
    ).toMatchObject({ status: 400, body: { issues: [{ field: 'url' }] } });
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
