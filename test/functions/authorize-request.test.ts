import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { createApiKeyStore } from '../../adapters/dynamo-api-key-store.ts';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { formatApiKey, hashApiKeySecret } from '../../core/api-key.ts';
import { createAuthorizer } from '../../functions/authorize-request.ts';
import { connectTableAt, startTable, type TableEngine } from '../support/engines.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../support/wire-proxy.ts';

const id = '0123456789abcdef01234567';
const secret = 's'.repeat(43);
const refused = { isAuthorized: false, context: {} };

let engine: TableEngine;
let proxy: WireProxy;
let table: DynamoTable;
let authorize: ReturnType<typeof createAuthorizer>;
beforeAll(async () => {
  engine = await startTable();
  proxy = await startWireProxy(engine.endpoint);
  table = await connectTableAt(proxy.url);
  const apiKeys = createApiKeyStore(table);
  await apiKeys.createApiKey({
    id,
    accountId: 'acc_1',
    secretHash: hashApiKeySecret(secret),
    role: 'read',
    description: '',
    createdAt: '2026-11-23T16:55:00.000Z',
  });
  authorize = createAuthorizer({ apiKeys });
});
afterEach(() => proxy.reset());
afterAll(async () => {
  table.client.destroy();
  await proxy.close();
  await engine.close();
});

function requestWith(authorization: string | undefined): APIGatewayRequestAuthorizerEventV2 {
  const headers = authorization === undefined ? undefined : { authorization };
  return { version: '2.0', type: 'REQUEST', headers } as unknown as APIGatewayRequestAuthorizerEventV2;
}

test('a good key speaks for its account, in its role', async () => {
  expect(await authorize(requestWith(`Bearer ${formatApiKey(id, secret)}`))).toEqual({
    isAuthorized: true,
    context: { accountId: 'acc_1', role: 'read' },
  });
});

test.each([
  ['a wrong secret', formatApiKey(id, 'S'.repeat(43))],
  ['an unknown id', formatApiKey('f'.repeat(24), secret)],
  ['the stored hash for a secret', formatApiKey(id, hashApiKeySecret(secret).slice(0, 43))],
])('%s is refused, and nothing says why', async (_, key) => {
  expect(await authorize(requestWith(`Bearer ${key}`))).toEqual(refused);
});

test.each([undefined, '', 'Bearer', 'Bearer whk_', `Basic ${formatApiKey(id, secret)}`, `Bearer ${secret}`])(
  'the header %j is refused without a look-up',
  async (header) => {
    proxy.reset();

    expect(await authorize(requestWith(header))).toEqual(refused);
    expect(proxy.calls).toEqual([]);
  },
);

test('a table that is down is no refusal: the caller may come back with the same key', async () => {
  proxy.intercept(async () => internalFailure);

  await expect(authorize(requestWith(`Bearer ${formatApiKey(id, secret)}`))).rejects.toMatchObject({
    name: 'InternalFailure',
  });
});
