import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createApiKeyStore } from '../../adapters/dynamo-api-key-store.ts';
import { startTable, type TableEngine } from '../support/engines.ts';

let engine: TableEngine;
beforeAll(async () => {
  engine = await startTable();
});
afterAll(() => engine.close());

const key = {
  id: '0123456789abcdef01234567',
  accountId: 'acc_1',
  secretHash: 'ab'.repeat(32),
  role: 'manage',
  description: 'CRM bridge',
  createdAt: '2026-11-23T16:55:00.000Z',
} as const;

test('a key that was created is found by its id, and no other is', async () => {
  const store = createApiKeyStore(engine.table);

  await store.createApiKey(key);

  expect(await store.findApiKey(key.id)).toEqual(key);
  expect(await store.findApiKey('f'.repeat(24))).toBeUndefined();
});

test('takes a write twice: the SDK repeats one whose answer was lost', async () => {
  const store = createApiKeyStore(engine.table);
  await store.createApiKey(key);
  await store.createApiKey(key);

  expect(await store.findApiKey(key.id)).toEqual(key);
});
