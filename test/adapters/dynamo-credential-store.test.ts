import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createCredentialStore } from '../../adapters/dynamo-credential-store.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import type { Credential } from '../../core/accounts/credential.ts';
import { uniqueId } from '../support/builders.ts';
import { connectTableAt, startTable, type TableEngine } from '../support/engines.ts';

let engine: TableEngine;
let proxy: WireProxy;
let store: ReturnType<typeof createCredentialStore>;
let close: () => void;
beforeAll(async () => {
  engine = await startTable();
  proxy = await startWireProxy(engine.endpoint);
  const table = await connectTableAt(proxy.url);
  close = () => table.client.destroy();
  store = createCredentialStore(table);
});
afterEach(() => proxy.reset());
afterAll(async () => {
  close();
  await proxy.close();
  await engine.close();
});

function credential(overrides: Partial<Credential> = {}): Credential {
  return {
    id: uniqueId('key'),
    kind: 'api-key',
    accountId: uniqueId('acc'),
    secretHash: 'ab'.repeat(32),
    capabilities: ['view', 'manage', 'secrets'],
    description: 'CRM bridge',
    createdAt: '2026-11-23T16:55:00.000Z',
    ...overrides,
  };
}

const now = new Date('2026-11-24T08:00:00.000Z');

describe('a credential', () => {
  test('is found by its id, and no other is', async () => {
    const key = credential();
    await store.createCredential(key);

    expect(await store.findCredential(key.id)).toEqual(key);
    expect(await store.findCredential('f'.repeat(24))).toBeUndefined();
  });

  test('is written twice without harm: the SDK repeats a write whose answer was lost', async () => {
    const key = credential();
    await store.createCredential(key);
    await store.createCredential(key);

    expect(await store.listCredentials(key.accountId, 'api-key', now)).toEqual([key]);
  });

  test('that expires is removed by its time to live', async () => {
    await store.createCredential(
      credential({ kind: 'portal-session', expiresAt: '2026-11-24T09:00:00.000Z' }),
    );

    expect(proxy.calls.at(-1)?.input.Item.expiresAt).toEqual({
      N: String(Date.parse('2026-11-24T09:00:00.000Z') / 1_000),
    });
  });

  test('keeps when it was used', async () => {
    const key = credential();
    await store.createCredential(key);
    await store.recordUse(key.id, now);

    expect(await store.findCredential(key.id)).toEqual({ ...key, lastUsedAt: now.toISOString() });
  });

  test('that was revoked does not come back by being used', async () => {
    const key = credential();
    await store.createCredential(key);
    await store.revokeCredential(key.accountId, 'api-key', key.id);
    await store.recordUse(key.id, now);

    expect(await store.findCredential(key.id)).toBeUndefined();
  });
});

describe('the API keys of an account', () => {
  test('are its own, oldest first, without sessions', async () => {
    const accountId = uniqueId('acc');
    const [older, younger] = [
      credential({ accountId, createdAt: '2026-11-23T16:55:00.000Z' }),
      credential({ accountId, createdAt: '2026-11-23T16:56:00.000Z' }),
    ];
    for (const one of [younger, older]) await store.createCredential(one);
    await store.createCredential(
      credential({ accountId, kind: 'portal-session', expiresAt: '2026-11-24T09:00:00.000Z' }),
    );
    await store.createCredential(credential());

    expect(await store.listCredentials(accountId, 'api-key', now)).toEqual([older, younger]);
  });

  test('are revoked by their own account alone, and once', async () => {
    const key = credential();
    await store.createCredential(key);

    expect(await store.revokeCredential(uniqueId('acc'), 'api-key', key.id)).toBe(false);
    expect(await store.findCredential(key.id)).toEqual(key);
    expect(await store.revokeCredential(key.accountId, 'api-key', key.id)).toBe(true);
    expect(await store.findCredential(key.id)).toBeUndefined();
    expect(await store.revokeCredential(key.accountId, 'api-key', key.id)).toBe(false);
  });

  test('hold none that could be used and not be seen, whichever write a crash leaves out', async () => {
    const key = credential();
    proxy.intercept(async (call) =>
      call.input.Item?.pk.S === `K#${key.id}` ? internalFailure : call.forward(),
    );
    await expect(store.createCredential(key)).rejects.toMatchObject({ name: 'InternalFailure' });
    expect(await store.findCredential(key.id)).toBeUndefined();
    proxy.reset();
    await store.createCredential(key);

    proxy.intercept(async (call) =>
      call.operation === 'DeleteItem' && call.input.Key.sk.S === `K#${key.id}`
        ? internalFailure
        : call.forward(),
    );
    await expect(store.revokeCredential(key.accountId, 'api-key', key.id)).rejects.toMatchObject({
      name: 'InternalFailure',
    });
    proxy.reset();

    expect(await store.findCredential(key.id)).toBeUndefined();
    expect(await store.listCredentials(key.accountId, 'api-key', now)).toEqual([]);
  });
});
