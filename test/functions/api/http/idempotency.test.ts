import { inspect } from 'node:util';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { internalFailure, type WireCall } from '../../../../bench/wire-proxy.ts';
import { hashIdempotencyKey } from '../../../../core/accounts/idempotency.ts';
import { eventTypes } from '../../../../core/events/event-catalog.ts';
import { type ApiAnswer, type ApiCall, type TestApi } from '../../../support/api.ts';
import { uniqueId } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** What callers of the API can count on when they repeat a POST with its `Idempotency-Key`. */

let deployment: Deployment;
let api: TestApi;
let accountId: string;
prepareDeployment((suite) => {
  ({ deployment, api, accountId } = suite);
});

const key = 'f7c9a1b2';
const replayed = { 'idempotency-replayed': 'true' };
const newSubscription = { url: 'https://crm.example.com/hooks', eventTypes: [eventTypes[0]] };

/** `POST /subscriptions` with the key. */
function create(overrides: ApiCall = {}): Promise<ApiAnswer> {
  return api.call('POST /subscriptions', {
    accountId,
    headers: { 'idempotency-key': key },
    body: newSubscription,
    ...overrides,
  });
}

async function subscriptionIds(of = accountId) {
  return (await deployment.subscriptions.listSubscriptions(of)).map(({ id }) => id);
}

function concernsClaim({ input }: WireCall): boolean {
  return (input.Key ?? input.Item)?.pk?.S?.endsWith('#I') ?? false;
}

function claimsWritten(): number {
  return deployment.wire.table.calls.filter((call) => concernsClaim(call as WireCall)).length;
}

function sealsAnswer({ operation, input }: WireCall): boolean {
  return operation === 'GenerateDataKey' && 'idempotencyKey' in input.EncryptionContext;
}

/** Holds up the next call to KMS, and with it the function that makes it. */
function holdUpKms() {
  const reached = Promise.withResolvers<void>();
  const held = Promise.withResolvers<'go on' | 'fail'>();
  let isFirst = true;
  deployment.wire.kms.intercept(async (call) => {
    if (!isFirst) return call.forward();
    isFirst = false;
    reached.resolve();
    return (await held.promise) === 'go on' ? call.forward() : internalFailure;
  });
  return { reached: reached.promise, end: held.resolve };
}

describe('a request that is repeated', () => {
  test('is done once, and its answer is the first one again, with the same secret', async () => {
    const first = await create();
    deployment.clock.advance(60_000);
    const second = await create();

    expect(first.status).toBe(201);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(second).toEqual({ ...first, headers: { ...first.headers, ...replayed } });
    expect(second.body.secret).toMatch(/^whsec_/);
    expect(await subscriptionIds()).toEqual([first.body.id]);
  });

  test('has an id of its own', async () => {
    await create();
    const lambda = {
      accountId,
      capabilities: ['view', 'manage', 'secrets'],
      credentialKind: 'api-key',
      credentialId: 'key-1',
    };
    const requestContext = { requestId: 'request-2', http: {}, authorizer: { lambda } } as never;

    expect((await create({ overrides: { requestContext } })).headers).toMatchObject({
      ...replayed,
      'x-request-id': 'request-2',
    });
  });

  test('by many at the same time is done once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => create()));

    const [id, ...others] = await subscriptionIds();
    expect(others).toEqual([]);
    for (const { status, body } of answers)
      expect([status, body.id]).toEqual(status === 201 ? [201, id] : [409, undefined]);
    expect(answers.filter(({ status }) => status === 201)).not.toHaveLength(0);
  });

  test('while it is being served has to come again', async () => {
    const kms = holdUpKms();
    const first = create();
    await kms.reached;

    expect(await create()).toMatchObject({
      status: 409,
      headers: { 'retry-after': '1' },
      body: { type: 'urn:iomnihub:webhooks:problem:request-in-progress' },
    });
    kms.end('go on');
    const { body } = await first;
    expect(await create()).toMatchObject({ status: 201, headers: replayed, body });
  });

  test('after a day is a new one', async () => {
    const first = await create();
    deployment.clock.advance(86_400_000);
    const second = await create();

    expect(second.headers).not.toHaveProperty('idempotency-replayed');
    expect(await subscriptionIds()).toEqual([first.body.id, second.body.id]);
  });

  test.each<[string, ApiCall]>([
    ['body', { body: { ...newSubscription, description: 'CRM' } }],
    ['query', { query: { a: '1' } }],
  ])('with another %s is refused', async (_, change) => {
    const { body } = await create();

    expect(await create(change)).toMatchObject({
      status: 422,
      body: { type: 'urn:iomnihub:webhooks:problem:idempotency-key-reused' },
    });
    expect(await subscriptionIds()).toEqual([body.id]);
  });

  test('to another route, or about another subscription, is refused', async () => {
    const { body } = await create();
    const post = (action: string, id: string, idempotencyKey: string) =>
      api.call(`POST /subscriptions/{id}/${action}`, {
        accountId,
        id,
        headers: { 'idempotency-key': idempotencyKey },
      });

    expect(await post('verify', body.id, key)).toMatchObject({ status: 422 });
    expect(await post('verify', body.id, 'other')).toMatchObject({ status: 202 });
    expect(await post('secret/rotate', body.id, 'other')).toMatchObject({ status: 422 });
    expect(await post('verify', 'sub_other', 'other')).toMatchObject({ status: 422 });
  });

  test('by another key of the account is a request of its own: it does not learn what the first was told', async () => {
    const { body } = await create();
    const lambda = {
      accountId,
      capabilities: ['view', 'manage', 'secrets'],
      credentialKind: 'api-key',
      credentialId: 'key-2',
    };
    const requestContext = { requestId: 'request-2', http: {}, authorizer: { lambda } } as never;
    const answer = await create({ overrides: { requestContext } });

    expect(answer.status).toBe(201);
    expect(answer.headers).not.toHaveProperty('idempotency-replayed');
    expect(answer.body.id).not.toBe(body.id);
  });

  test('by another account is a request of that account', async () => {
    const first = await create();
    const other = uniqueId('acc');
    const second = await create({ accountId: other });

    expect(second.status).toBe(201);
    expect(second.headers).not.toHaveProperty('idempotency-replayed');
    expect(await subscriptionIds(other)).toEqual([second.body.id]);
    expect(second.body.id).not.toBe(first.body.id);
  });

  test('without the header, or with another key, is another one', async () => {
    await create();
    await create({ headers: {} });
    await create({ headers: { 'idempotency-key': 'other' } });

    expect(await subscriptionIds()).toHaveLength(3);
  });
});

describe('every POST', () => {
  const headers = { 'idempotency-key': key };
  const ofSubscription = async (route: string) => {
    const { body } = await create({ headers: {} });
    return () => api.call(route, { accountId, id: body.id, headers });
  };
  const ofBackend = async (route: string) => () => api.callSigned(route, { accountId }, {}, headers);

  test.each([
    ['POST /subscriptions/{id}/verify', ofSubscription],
    ['POST /subscriptions/{id}/secret/rotate', ofSubscription],
    ['POST /accounts/{accountId}/api-keys', ofBackend],
    ['POST /accounts/{accountId}/portal-sessions', ofBackend],
  ])('%s may be repeated', async (route, prepare) => {
    const post = await prepare(route);
    const first = await post();
    deployment.clock.advance(1_000);

    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(await post()).toEqual({ ...first, headers: { ...first.headers, ...replayed } });
  });

  test('of the backend belongs to the account in its path', async () => {
    const post = (of: string) =>
      api.callSigned('POST /accounts/{accountId}/api-keys', { accountId: of }, {}, headers);
    const { body } = await post(accountId);
    const other = await post(uniqueId('acc'));

    expect(other).toMatchObject({ status: 201 });
    expect(other.body.key).not.toBe(body.key);
    expect(await api.credentials.listCredentials(accountId, 'api-key', new Date())).toHaveLength(1);
  });

  test('of the backend may be repeated by another session of it, which has another name', async () => {
    const accountId = uniqueId('acc');
    const issueAs = (userArn: string) =>
      api.call('POST /accounts/{accountId}/api-keys', {
        pathParameters: { accountId },
        headers: { 'idempotency-key': 'k' },
        overrides: {
          requestContext: {
            requestId: 'request-1',
            domainName: 'api.iomnihub.example',
            http: { sourceIp: '203.0.113.9' },
            authorizer: { iam: { userArn } },
          } as never,
        },
      });
    const [first, second] = [
      await issueAs('arn:aws:sts::000000000000:assumed-role/helpdesk/one'),
      await issueAs('arn:aws:sts::000000000000:assumed-role/helpdesk/two'),
    ];

    expect(first.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotency-replayed']).toBe('true');
  });

  test('of the backend for what is no account is refused for that', async () => {
    const refused = await api.callSigned(
      'POST /accounts/{accountId}/api-keys',
      { accountId: 'a#b' },
      {},
      headers,
    );

    expect(refused).toMatchObject({ status: 400, body: { issues: [{ field: 'accountId' }] } });
    expect(claimsWritten()).toBe(0);
  });

  test.each(['', ' ', 'a b', 'ação', 'x'.repeat(256)])('is refused with the key %j', async (bad) => {
    expect(await create({ headers: { 'idempotency-key': bad } })).toMatchObject({
      status: 400,
      body: {
        type: 'urn:iomnihub:webhooks:problem:invalid-request',
        issues: [{ field: 'Idempotency-Key', message: expect.stringContaining('1 to 255') }],
      },
    });
    expect(await subscriptionIds()).toEqual([]);
  });

  test('of a key that may only read gets no earlier answer', async () => {
    await create();
    deployment.reset();

    expect(await create({ role: 'read' })).toMatchObject({ status: 403 });
    expect(claimsWritten()).toBe(0);
  });

  test('of a suspended account gets no earlier answer', async () => {
    await create();
    await deployment.accounts.setAccountStatus(accountId, 'suspended', deployment.clock.now());
    deployment.reset();

    expect(await create()).toMatchObject({ status: 403 });
    expect(claimsWritten()).toBe(0);
  });

  test('that exceeds the account’s limit claims nothing', async () => {
    const others = Array.from({ length: 60 }, () => api.call('GET /event-types', { accountId }));
    await Promise.all(others);

    expect(await create()).toMatchObject({ status: 429 });
    expect(claimsWritten()).toBe(0);
  });
});

test.each(['GET', 'PATCH', 'DELETE'])('%s ignores the header, whatever is in it', async (method) => {
  const { body } = await create({ headers: {} });
  deployment.reset();
  const call = (idempotencyKey: string) =>
    api.call(`${method} /subscriptions/{id}`, {
      accountId,
      id: body.id,
      headers: { 'idempotency-key': idempotencyKey },
      ...(method === 'PATCH' ? { body: {} } : {}),
    });

  expect(await call('not a key')).toMatchObject({ status: 200 });
  expect((await call(key)).headers).not.toHaveProperty('idempotency-replayed');
  expect(claimsWritten()).toBe(0);
});

describe('a request that did not succeed', () => {
  test('may be corrected under its key', async () => {
    expect(await create({ body: { ...newSubscription, url: 'crm' } })).toMatchObject({ status: 400 });

    expect(await create()).toMatchObject({ status: 201 });
    expect(await create()).toMatchObject({ status: 201, headers: replayed });
  });

  test('because of a fault of ours may be repeated under its key', async () => {
    deployment.wire.kms.intercept(async () => internalFailure);
    expect(await create()).toMatchObject({ status: 500 });
    deployment.wire.kms.reset();

    const { status, headers } = await create();
    expect(status).toBe(201);
    expect(headers).not.toHaveProperty('idempotency-replayed');
  });
});

describe('a function that dies', () => {
  test('holds the key for 30 seconds; then the next one serves the request', async () => {
    const kms = holdUpKms();
    const lost = create();
    await kms.reached;

    deployment.clock.advance(29_999);
    expect(await create()).toMatchObject({ status: 409 });
    deployment.clock.advance(1);
    const served = await create();
    expect(served.status).toBe(201);
    expect(served.headers).not.toHaveProperty('idempotency-replayed');
    expect(await subscriptionIds()).toEqual([served.body.id]);
    kms.end('fail');
    await lost;
  });

  test.each(['go on', 'fail'] as const)(
    'and yet comes to an end (%s) changes nothing any more',
    async (how) => {
      const kms = holdUpKms();
      const late = create();
      await kms.reached;
      deployment.clock.advance(30_000);
      const served = await create();

      kms.end(how);
      expect((await late).status).toBe(how === 'go on' ? 201 : 500);
      expect(await create()).toMatchObject({ status: 201, headers: replayed, body: served.body });
      expect(deployment.telemetry.named('answer.unstored')).toHaveLength(how === 'go on' ? 1 : 0);
    },
  );
});

describe('a fault of the table or of KMS', () => {
  test('in the reply to the claim is not noticed', async () => {
    let lost = 0;
    deployment.wire.table.intercept(async (call) => {
      const answer = await call.forward();
      if (!concernsClaim(call) || lost > 0) return answer;
      lost += 1;
      return undefined;
    });

    expect(await create()).toMatchObject({ status: 201 });
    expect(lost).toBe(1);
    expect(await subscriptionIds()).toHaveLength(1);
  });

  test('that loses every reply to the claim holds the caller up for no longer than a dead function', async () => {
    deployment.wire.table.intercept(async (call) => {
      const answer = await call.forward();
      return concernsClaim(call) ? undefined : answer;
    });
    expect(await create()).toMatchObject({ status: 500 });
    deployment.wire.table.reset();

    expect(await create()).toMatchObject({ status: 409 });
    deployment.clock.advance(30_000);
    expect(await create()).toMatchObject({ status: 201 });
    expect(await subscriptionIds()).toHaveLength(1);
  });

  test('at the claim means that nothing is done', async () => {
    deployment.wire.table.intercept(async (call) => (concernsClaim(call) ? internalFailure : call.forward()));

    expect(await create()).toMatchObject({ status: 500 });
    expect(await subscriptionIds()).toEqual([]);
  });

  test.each(['table', 'kms'] as const)(
    'after the deed (%s) leaves its answer true, and holds the key like a dead function',
    async (which) => {
      deployment.wire[which].intercept(async (call) =>
        sealsAnswer(call) || (call.operation === 'UpdateItem' && concernsClaim(call))
          ? internalFailure
          : call.forward(),
      );

      const { status, body } = await create();

      expect(status).toBe(201);
      expect(await subscriptionIds()).toEqual([body.id]);
      expect(deployment.telemetry.named('answer.unstored')).toMatchObject([
        { level: 'error', fields: { routeKey: 'POST /subscriptions', requestId: 'request-1', accountId } },
      ]);
      expect(inspect(deployment.telemetry.lines, { depth: null })).not.toContain('whsec_');
      expect(await create()).toMatchObject({ status: 409 });
      deployment.clock.advance(30_000);
      expect((await create()).body.id).not.toBe(body.id);
    },
  );

  test('in giving the key free leaves the answer true, and holds the key like a dead function', async () => {
    deployment.wire.table.intercept(async (call) =>
      call.operation === 'DeleteItem' && concernsClaim(call) ? internalFailure : call.forward(),
    );
    const wrong = { body: { ...newSubscription, url: 'crm' } };

    expect(await create(wrong)).toMatchObject({ status: 400, body: { issues: [{ field: 'url' }] } });
    expect(deployment.telemetry.named('idempotency-key.unreleased')).toMatchObject([{ level: 'error' }]);
    expect(await create(wrong)).toMatchObject({ status: 409 });
    deployment.clock.advance(30_000);
    expect(await create(wrong)).toMatchObject({ status: 400 });
  });

  test('when the answer is asked for again is a 500, and does nothing twice', async () => {
    const { body } = await create();
    deployment.wire.kms.intercept(async () => internalFailure);

    expect(await create()).toMatchObject({ status: 500 });
    deployment.wire.kms.reset();
    expect(await create()).toMatchObject({ status: 201, headers: replayed, body });
    expect(await subscriptionIds()).toEqual([body.id]);
  });
});

describe('a stored answer', () => {
  test('shows none of the secrets that it holds, nor the key', async () => {
    const secretKey = 'KEY-OF-THE-CALLER';
    const headers = { 'idempotency-key': secretKey };
    const { secret } = (await create({ headers })).body;
    const issued = await api.callSigned(
      'POST /accounts/{accountId}/api-keys',
      { accountId },
      {},
      { 'idempotency-key': key },
    );

    const { Items = [] } = await deployment.table.client.send(
      new ScanCommand({ TableName: deployment.table.tableName }),
    );
    const claims = Items.filter(({ pk }) => pk === `A#${accountId}#I`);
    expect(claims).toHaveLength(2);
    for (const text of [JSON.stringify(Items), JSON.stringify(deployment.wire.table.calls)]) {
      for (const hidden of [secret, issued.body.key.split('_').at(-1), secretKey]) {
        expect(hidden).toBeTruthy();
        expect(text).not.toContain(hidden);
      }
    }
  });

  test('is sealed for its account and its request, of which KMS is told', async () => {
    await create();
    await create();

    const EncryptionContext = { accountId, idempotencyKey: hashIdempotencyKey(key, 'key-1') };
    expect(
      deployment.wire.kms.calls.filter((call) => 'idempotencyKey' in call.input.EncryptionContext),
    ).toMatchObject([
      { operation: 'GenerateDataKey', input: { EncryptionContext } },
      { operation: 'Decrypt', input: { EncryptionContext } },
    ]);
  });
});
