import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { deriveKey } from '../../adapters/kms-derived-key.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import { connectKmsAt, type KmsEngine, startKmsEngine } from '../support/engines.ts';

let engine: KmsEngine;
let proxy: WireProxy;
let kms: ReturnType<typeof connectKmsAt>;
beforeAll(async () => {
  engine = await startKmsEngine();
  proxy = await startWireProxy(engine.endpoint);
  kms = connectKmsAt(proxy.url);
});
afterAll(async () => {
  kms.destroy();
  await proxy.close();
  await engine.close();
});

test('is the same in every sandbox, another for each purpose, and asked for once', async () => {
  const derive = deriveKey(kms, 'key-1', 'cursors');
  const [key, again] = [await derive(), await derive()];

  expect(key).toHaveLength(32);
  expect(again).toEqual(key);
  expect(proxy.calls).toHaveLength(1);
  expect(await deriveKey(kms, 'key-1', 'cursors')()).toEqual(key);
  expect(await deriveKey(kms, 'key-1', 'something else')()).not.toEqual(key);
  expect(await deriveKey(kms, 'key-2', 'cursors')()).not.toEqual(key);
});

test('a failure is not kept', async () => {
  const derive = deriveKey(kms, 'key-1', 'cursors');
  proxy.intercept(async () => internalFailure);
  await expect(derive()).rejects.toMatchObject({ name: 'InternalFailure' });
  proxy.reset();

  expect(await derive()).toHaveLength(32);
});
