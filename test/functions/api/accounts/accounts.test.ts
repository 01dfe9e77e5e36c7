import { describe, expect, test } from '@jest/globals';
import { parseAuthorization } from '../../../../core/accounts/credential.ts';
import { eventTypes } from '../../../../core/events/event-catalog.ts';
import { createAuthorizer } from '../../../../functions/authorizer/authorize-request.ts';
import { backendArn, type TestApi } from '../../../support/api.ts';
import { uniqueId } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** What the helpdesk backend does for and with an account. */

let deployment: Deployment;
let api: TestApi;
let accountId: string;
prepareDeployment((suite) => {
  ({ deployment, api, accountId } = suite);
});

function authorize(text: string) {
  const { telemetry, clock } = deployment;
  return createAuthorizer({ credentials: api.credentials, telemetry, now: clock.now })({
    headers: { authorization: `Bearer ${text}` },
  } as never);
}

/** The gateway lets such a request through, and the API refuses it. */
const nobody = { isAuthorized: true, context: {} };

async function issueKey(of = accountId): Promise<{ id: string; key: string }> {
  return (await api.callSigned('POST /accounts/{accountId}/api-keys', { accountId: of })).body;
}

describe('API keys', () => {
  test('are listed without their secrets, and with their last use', async () => {
    const { id, key } = await issueKey();
    await authorize(key);

    const { body } = await api.callSigned('GET /accounts/{accountId}/api-keys', { accountId });

    expect(body).toEqual({
      items: [
        {
          id,
          accountId,
          role: 'manage',
          description: '',
          createdAt: deployment.clock.now().toISOString(),
          lastUsedAt: deployment.clock.now().toISOString(),
        },
      ],
      nextCursor: null,
    });
  });

  test('live side by side for a rotation, and one is revoked without the other', async () => {
    const [old, next] = [await issueKey(), await issueKey()];
    const revoke = () =>
      api.callSigned('DELETE /accounts/{accountId}/api-keys/{keyId}', { accountId, keyId: old.id });

    expect(await revoke()).toMatchObject({ status: 204, body: null });
    expect(await authorize(old.key)).toEqual(nobody);
    expect(await authorize(next.key)).toMatchObject({ context: { accountId } });
    expect(await revoke()).toMatchObject({ status: 404 });
  });

  test('are not revoked if nobody can say who did it', async () => {
    const { id, key } = await issueKey();
    deployment.wire.table.intercept(async (call) =>
      call.input.Item?.pk.S.endsWith('#U')
        ? { status: 500, body: { __type: 'InternalFailure' } }
        : call.forward(),
    );
    const revoke = () =>
      api.callSigned('DELETE /accounts/{accountId}/api-keys/{keyId}', { accountId, keyId: id });

    expect(await revoke()).toMatchObject({ status: 500 });
    deployment.wire.table.reset();
    expect(await authorize(key)).toMatchObject({ context: { accountId } });
    expect(await revoke()).toMatchObject({ status: 204 });
  });

  test.each(['f'.repeat(24), 'x', '../K'])('the key %j of no account is a 404', async (keyId) => {
    expect(
      await api.callSigned('DELETE /accounts/{accountId}/api-keys/{keyId}', { accountId, keyId }),
    ).toMatchObject({ status: 404 });
  });

  test('are revoked for their own account alone', async () => {
    const { id, key } = await issueKey();

    expect(
      await api.callSigned('DELETE /accounts/{accountId}/api-keys/{keyId}', {
        accountId: uniqueId('acc'),
        keyId: id,
      }),
    ).toMatchObject({ status: 404 });
    expect(await authorize(key)).toMatchObject({ context: { accountId } });
  });

  test('are twenty at most', async () => {
    for (let count = 0; count < 20; count += 1) await issueKey();

    expect(await api.callSigned('POST /accounts/{accountId}/api-keys', { accountId })).toMatchObject({
      status: 409,
      body: { type: 'urn:iomnihub:webhooks:problem:too-many-api-keys' },
    });
  });
});

describe('credentials that many ask for at the same time', () => {
  const kinds = [
    ['API keys', 'api-keys', 'keyId', 20],
    ['sessions', 'portal-sessions', 'sessionId', 100],
  ] as const;

  test.each(kinds)('%s are as many as an account may have, and no more', async (_, noun, __, max) => {
    const issued = await Promise.all(
      Array.from({ length: max + 5 }, () =>
        api.callSigned(`POST /accounts/{accountId}/${noun}`, { accountId }),
      ),
    );

    const statuses = issued.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(max);
    expect(statuses.filter((status) => status === 409)).toHaveLength(5);
    const { body } = await api.callSigned(`GET /accounts/{accountId}/${noun}`, { accountId });
    expect(body.items).toHaveLength(max);
  });

  test.each(kinds)('%s that are revoked make room', async (_, noun, idName, max) => {
    const issue = () => api.callSigned(`POST /accounts/{accountId}/${noun}`, { accountId });
    const [first] = await Promise.all(Array.from({ length: max }, issue));
    expect(await issue()).toMatchObject({ status: 409 });
    await api.callSigned(`DELETE /accounts/{accountId}/${noun}/{${idName}}`, {
      accountId,
      [idName]: first?.body.id,
    });

    expect(await issue()).toMatchObject({ status: 201 });
  });
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
        capabilities: ['view'],
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

const later = (ms: number) => new Date(deployment.clock.now().getTime() + ms).toISOString();

describe('a portal session', () => {
  const open = (body?: unknown) =>
    api.callSigned('POST /accounts/{accountId}/portal-sessions', { accountId }, body);

  test('speaks for its account until it ends, an hour later if nothing is said', async () => {
    const { status, body } = await open({ capabilities: [] });

    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      accountId,
      capabilities: ['view'],
      token: expect.stringMatching(/^whs_/),
      url: expect.stringMatching(/^https:\/\/portal\.iomnihub\.example\/#link=whl_[\w-]+$/),
      createdAt: later(0),
      linkExpiresAt: later(300_000),
      expiresAt: later(3_600_000),
    });
    expect(await authorize(body.token)).toMatchObject({
      isAuthorized: true,
      context: { accountId, capabilities: ['view'] },
    });
    deployment.clock.advance(3_600_000);
    expect(await authorize(body.token)).toEqual(nobody);
    deployment.clock.advance(-3_600_000);
  });

  test.each([
    ['expiresInSeconds', 59],
    ['expiresInSeconds', 43_201],
    ['expiresInSeconds', '60'],
    ['linkExpiresInSeconds', 29],
    ['linkExpiresInSeconds', 3_601],
    ['locale', 'de'],
    ['capabilities', 'manage'],
    ['capabilities.0', ['admin']],
    ['role', 'manage'],
  ])('refuses as %s %j', async (field, value) => {
    expect(await open({ [field.split('.')[0] ?? '']: value })).toMatchObject({
      status: 400,
      body: { issues: [{ field }] },
    });
  });

  test('is stored as a hash', async () => {
    const { token } = (await open()).body;

    const secret = parseAuthorization(`Bearer ${token}`)?.secret;
    expect(secret).toHaveLength(43);
    expect(JSON.stringify(deployment.wire.table.calls)).not.toContain(secret);
  });
});

describe('the sessions of an account', () => {
  const open = (body = {}) =>
    api.callSigned('POST /accounts/{accountId}/portal-sessions', { accountId }, body);
  const list = async () =>
    (await api.callSigned('GET /accounts/{accountId}/portal-sessions', { accountId })).body;
  const revoke = (sessionId: string, of = accountId) =>
    api.callSigned('DELETE /accounts/{accountId}/portal-sessions/{sessionId}', { accountId: of, sessionId });

  test('are listed while they are open, oldest first, without their tokens and without API keys', async () => {
    await issueKey();
    const { body: short } = await open({
      expiresInSeconds: 60,
      capabilities: ['view', 'manage'],
      locale: 'es',
    });
    deployment.clock.advance(1_000);
    const { body: long } = await open();

    const [shortShown, longShown] = [short, long].map(
      ({ token: _, url: __, linkExpiresAt: ___, ...shown }) => shown,
    );
    expect(await list()).toEqual({ items: [shortShown, longShown], nextCursor: null });
    deployment.clock.advance(60_000);
    expect(await list()).toEqual({ items: [longShown], nextCursor: null });
  });

  test('are ended one by one, with a trace', async () => {
    const [{ body: lost }, { body: other }] = [await open(), await open()];

    expect(await revoke(lost.id)).toMatchObject({ status: 204, body: null });
    expect(await authorize(lost.token)).toEqual(nobody);
    expect(await authorize(other.token)).toMatchObject({ context: { accountId } });
    expect(await revoke(lost.id)).toMatchObject({ status: 404 });
    const { entries } = await api.auditLog.listAudit(accountId, {}, 10);
    expect(entries.filter(({ action }) => action === 'portal-session.revoked')).toMatchObject([
      { actor: { kind: 'backend' }, details: { id: lost.id } },
    ]);
  });

  test('are ended for their own account alone, and not as API keys', async () => {
    const { body } = await open();
    const { id: keyId, key } = await issueKey();

    expect(await revoke(body.id, uniqueId('acc'))).toMatchObject({ status: 404 });
    expect(await revoke(keyId)).toMatchObject({ status: 404 });
    expect(
      await api.callSigned('DELETE /accounts/{accountId}/api-keys/{keyId}', { accountId, keyId: body.id }),
    ).toMatchObject({ status: 404 });
    expect(await authorize(body.token)).toMatchObject({ context: { accountId } });
    expect(await authorize(key)).toMatchObject({ context: { accountId } });
  });
});

describe('an account’s status', () => {
  const setStatus = (body: unknown) =>
    api.callSigned('PUT /accounts/{accountId}/status', { accountId }, body);

  test('suspended keeps its credentials from everything, with a word why, until it is active again', async () => {
    const { key } = await issueKey();
    expect(await setStatus({ status: 'suspended' })).toMatchObject({
      status: 200,
      body: {
        accountId,
        status: 'suspended',
        effectiveAt: new Date(deployment.clock.now().getTime() + 5_000).toISOString(),
      },
    });

    expect(await authorize(key)).toMatchObject({ context: { accountId } });
    expect(await api.call('GET /subscriptions', { accountId })).toMatchObject({
      status: 403,
      body: { type: 'urn:iomnihub:webhooks:problem:account-suspended' },
    });

    await setStatus({ status: 'active' });
    expect(await api.call('GET /subscriptions', { accountId })).toMatchObject({ status: 200 });
  });

  test.each([[{ status: 'removed' }], [{ status: 'gone' }], [{}], [{ status: 'active', reason: 'x' }]])(
    'refuses %j',
    async (body) => {
      expect(await setStatus(body)).toMatchObject({ status: 400 });
    },
  );
});

describe('removing an account', () => {
  const remove = (of = accountId) => api.callSigned('DELETE /accounts/{accountId}', { accountId: of });
  const subscribe = (of = accountId) =>
    api.call('POST /subscriptions', {
      accountId: of,
      body: { url: 'https://crm.example.com/', eventTypes: [eventTypes[0]] },
    });

  test('takes its subscriptions and credentials away, and nobody else’s', async () => {
    const other = uniqueId('acc');
    const [ours, theirs] = [await issueKey(), await issueKey(other)];
    await subscribe();
    await subscribe(other);

    expect(await remove()).toMatchObject({ status: 200, body: { accountId, status: 'removed' } });

    expect(await authorize(ours.key)).toEqual(nobody);
    expect(await deployment.subscriptions.listSubscriptions(accountId)).toEqual([]);
    expect(await authorize(theirs.key)).toMatchObject({ context: { accountId: other } });
    expect(await deployment.subscriptions.listSubscriptions(other)).toHaveLength(1);
  });

  test('ends its sessions at once', async () => {
    const { token } = (await api.callSigned('POST /accounts/{accountId}/portal-sessions', { accountId }))
      .body;
    await remove();

    expect(await authorize(token)).toEqual(nobody);
    // The gateway remembers for half a minute whom it has let pass.
    expect(await api.call('GET /subscriptions', { accountId })).toMatchObject({ status: 403 });
  });

  test('takes back what is created at the same time', async () => {
    let isFirst = true;
    deployment.wire.table.intercept(async (call) => {
      if (call.operation === 'PutItem' && isFirst) {
        isFirst = false;
        await remove();
      }
      return call.forward();
    });

    expect(await subscribe()).toMatchObject({
      status: 403,
      body: { type: 'urn:iomnihub:webhooks:problem:account-suspended' },
    });
    expect(isFirst).toBe(false);
    expect(await deployment.subscriptions.listSubscriptions(accountId)).toEqual([]);
  });

  test('can be repeated, and goes on where a fault has left it', async () => {
    await issueKey();
    await subscribe();
    deployment.wire.table.intercept(async (call) =>
      call.operation === 'DeleteItem' ? { status: 500, body: { __type: 'InternalFailure' } } : call.forward(),
    );
    expect(await remove()).toMatchObject({ status: 500 });
    expect(await deployment.accounts.findAccountStatus(accountId)).toBe('removed');
    deployment.wire.table.reset();

    expect(await remove()).toMatchObject({ status: 200 });
    expect(await deployment.subscriptions.listSubscriptions(accountId)).toEqual([]);
  });

  test('is final for its credentials: none is issued until the account is active again', async () => {
    await remove();
    const routes = ['POST /accounts/{accountId}/api-keys', 'POST /accounts/{accountId}/portal-sessions'];
    for (const route of routes) {
      expect(await api.callSigned(route, { accountId })).toMatchObject({
        status: 409,
        body: { type: 'urn:iomnihub:webhooks:problem:account-removed' },
      });
    }
    await api.callSigned('PUT /accounts/{accountId}/status', { accountId }, { status: 'active' });
    expect(await api.callSigned(routes[0] ?? '', { accountId })).toMatchObject({ status: 201 });
  });
});

test('all of it leaves a trace in the account’s audit log, by the backend’s name', async () => {
  const { id } = await issueKey();
  const steps: [string, Record<string, string>, unknown?][] = [
    ['DELETE /accounts/{accountId}/api-keys/{keyId}', { keyId: id }],
    ['POST /accounts/{accountId}/portal-sessions', {}],
    ['PUT /accounts/{accountId}/status', {}, { status: 'suspended' }],
    ['DELETE /accounts/{accountId}', {}],
  ];
  for (const [route, parameters, body] of steps) {
    deployment.clock.advance(1);
    await api.callSigned(route, { accountId, ...parameters }, body);
  }

  const { entries } = await api.auditLog.listAudit(accountId, {}, 10);
  expect(entries.toReversed().map(({ action, actor }) => [action, actor])).toEqual(
    [
      'api-key.issued',
      'api-key.revoked',
      'portal-session.issued',
      'account.status-changed',
      'account.removed',
    ].map((action) => [action, { kind: 'backend', id: backendArn }]),
  );
});

test('the owner is shown that it was the backend, and neither its role nor its address', async () => {
  await issueKey();

  const { body } = await api.call('GET /audit-log', { accountId });
  expect(body.items[0]).toMatchObject({
    action: 'api-key.issued',
    actor: { kind: 'backend', id: 'iomnihub' },
  });
  expect(body.items[0]).not.toHaveProperty('sourceIp');
});

test('an account that sends more than its share of requests is told to slow down, and no other is', async () => {
  const answers = await Promise.all(
    Array.from({ length: 70 }, () => api.call('GET /subscriptions', { accountId })),
  );
  const statuses = answers.map(({ status }) => status);

  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(50);
  expect(await api.call('GET /subscriptions', { accountId: uniqueId('acc') })).toMatchObject({ status: 200 });
});

test('an account that changes things has a smaller share, which reads leave alone', async () => {
  deployment.clock.advance(1_000);
  const reveal = () => api.call('GET /subscriptions/{id}/secret', { accountId, id: 'sub_unknown' });
  const statuses = (await Promise.all(Array.from({ length: 30 }, reveal))).map(({ status }) => status);

  expect(statuses.filter((status) => status === 404)).toHaveLength(20);
  expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  expect(await api.call('GET /subscriptions', { accountId })).toMatchObject({ status: 200 });
});

test('a backend route whose authorizer was lost is closed', async () => {
  expect(
    await api.call('DELETE /accounts/{accountId}', { accountId, pathParameters: { accountId } }),
  ).toMatchObject({ status: 401 });
});
