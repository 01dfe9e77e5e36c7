import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import type { DynamoTable } from '../../../adapters/dynamo-client.ts';
import { createCredentialStore } from '../../../adapters/dynamo-credential-store.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../../../bench/wire-proxy.ts';
import {
  type Credential,
  formatCredential,
  hashCredentialSecret,
} from '../../../core/accounts/credential.ts';
import { createAuthorizer } from '../../../functions/authorizer/authorize-request.ts';
import { connectTableAt, startTable, type TableEngine } from '../../support/engines.ts';
import { recordTelemetry } from '../../support/telemetry.ts';

const id = '0123456789abcdef01234567';
const secret = 's'.repeat(43);
const now = new Date('2026-11-23T17:00:00.000Z');
/** The API refuses whoever has no name. */
const nobody = { isAuthorized: true, context: {} };

let engine: TableEngine;
let proxy: WireProxy;
let table: DynamoTable;
let credentials: ReturnType<typeof createCredentialStore>;
const telemetry = recordTelemetry();
let authorize: ReturnType<typeof createAuthorizer>;
beforeAll(async () => {
  engine = await startTable();
  proxy = await startWireProxy(engine.endpoint);
  table = await connectTableAt(proxy.url);
  credentials = createCredentialStore(table);
  await credentials.createCredential(key());
  authorize = createAuthorizer({ credentials, telemetry, now: () => now });
});
afterEach(() => {
  proxy.reset();
  telemetry.clear();
});
afterAll(async () => {
  table.client.destroy();
  await proxy.close();
  await engine.close();
});

function key(overrides: Partial<Credential> = {}): Credential {
  return {
    id,
    kind: 'api-key',
    accountId: 'acc_1',
    secretHash: hashCredentialSecret(secret),
    capabilities: ['view'],
    description: '',
    createdAt: '2026-11-23T16:55:00.000Z',
    ...overrides,
  };
}

function requestWith(authorization: string | undefined): APIGatewayRequestAuthorizerEventV2 {
  const headers = authorization === undefined ? undefined : { authorization };
  return { version: '2.0', type: 'REQUEST', headers } as unknown as APIGatewayRequestAuthorizerEventV2;
}

test('a good key speaks for its account, with its capabilities', async () => {
  expect(await authorize(requestWith(`Bearer ${formatCredential('api-key', id, secret)}`))).toEqual({
    isAuthorized: true,
    context: {
      accountId: 'acc_1',
      capabilities: ['view'],
      credentialKind: 'api-key',
      credentialId: id,
    },
  });
});

test.each([
  ['a wrong secret', formatCredential('api-key', id, 'S'.repeat(43))],
  ['an unknown id', formatCredential('api-key', 'f'.repeat(24), secret)],
  [
    'the stored hash for a secret',
    formatCredential('api-key', id, hashCredentialSecret(secret).slice(0, 43)),
  ],
])('%s is nobody’s, and nothing says why', async (_, key) => {
  expect(await authorize(requestWith(`Bearer ${key}`))).toEqual(nobody);
});

test.each([
  undefined,
  '',
  'Bearer',
  'Bearer whk_',
  `Basic ${formatCredential('api-key', id, secret)}`,
  `Bearer ${secret}`,
])('the header %j names nobody, without a look-up', async (header) => {
  proxy.reset();

  expect(await authorize(requestWith(header))).toEqual(nobody);
  expect(proxy.calls).toEqual([]);
});

test('a table that is down is no refusal: the caller may come back with the same key', async () => {
  proxy.intercept(async () => internalFailure);

  await expect(
    authorize(requestWith(`Bearer ${formatCredential('api-key', id, secret)}`)),
  ).rejects.toMatchObject({
    name: 'InternalFailure',
  });
});

test.each([
  ['a session that has expired', { kind: 'portal-session', expiresAt: now.toISOString() }, 'portal-session'],
  [
    'a session that calls itself a key',
    { kind: 'portal-session', expiresAt: '2026-12-01T00:00:00.000Z' },
    'api-key',
  ],
] as const)('%s is nobody’s', async (_, overrides, as) => {
  const other = 'e'.repeat(24);
  await credentials.createCredential(key({ id: other, ...overrides }));

  expect(await authorize(requestWith(`Bearer ${formatCredential(as, other, secret)}`))).toEqual(nobody);
});

test('a session speaks for its account until it expires', async () => {
  const session = key({ id: 'd'.repeat(24), kind: 'portal-session', expiresAt: '2026-11-23T17:00:01.000Z' });
  await credentials.createCredential(session);

  expect(
    await authorize(requestWith(`Bearer ${formatCredential('portal-session', session.id, secret)}`)),
  ).toMatchObject({ isAuthorized: true, context: { accountId: 'acc_1', credentialKind: 'portal-session' } });
});

test('a key that was revoked is nobody’s from then on', async () => {
  const revoked = key({ id: 'c'.repeat(24) });
  const request = requestWith(`Bearer ${formatCredential('api-key', revoked.id, secret)}`);
  await credentials.createCredential(revoked);
  expect(await authorize(request)).toMatchObject({ context: { accountId: 'acc_1' } });
  await credentials.revokeCredential(revoked.accountId, 'api-key', revoked.id);

  expect(await authorize(request)).toEqual(nobody);
});

test('the last use is kept to ten minutes, with a write only now and then', async () => {
  const used = key({ id: 'a'.repeat(24) });
  const request = requestWith(`Bearer ${formatCredential('api-key', used.id, secret)}`);
  await credentials.createCredential(used);
  proxy.reset();
  for (let times = 0; times < 3; times += 1) await authorize(request);

  expect(await credentials.findCredential(used.id)).toMatchObject({ lastUsedAt: now.toISOString() });
  expect(proxy.calls.filter(({ operation }) => operation === 'UpdateItem')).toHaveLength(1);
});

test.each([
  [0, 0],
  [599_999, 0],
  [600_000, 1],
])('a key that was used %i ms ago costs %i writes', async (ms, writes) => {
  const lastUsedAt = new Date(now.getTime() - ms).toISOString();
  const used = key({ id: 'b'.repeat(24), lastUsedAt });
  await credentials.createCredential(used);
  proxy.reset();
  await authorize(requestWith(`Bearer ${formatCredential('api-key', used.id, secret)}`));

  expect(proxy.calls.filter(({ operation }) => operation === 'UpdateItem')).toHaveLength(writes);
});

test('nobody is locked out because a use could not be noted', async () => {
  const used = key({ id: '9'.repeat(24) });
  await credentials.createCredential(used);
  proxy.intercept(async (call) => (call.operation === 'UpdateItem' ? internalFailure : call.forward()));

  expect(
    await authorize(requestWith(`Bearer ${formatCredential('api-key', used.id, secret)}`)),
  ).toMatchObject({ isAuthorized: true, context: { accountId: 'acc_1' } });
  expect(telemetry.named('credential.unrecorded')).toHaveLength(1);
});
