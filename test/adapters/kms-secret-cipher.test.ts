import type { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createSecretCipher } from '../../adapters/kms-secret-cipher.ts';
import { formatSecret } from '../../core/deliveries/signature.ts';
import { connectKmsAt, type KmsEngine, startKmsEngine } from '../support/engines.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../support/wire-proxy.ts';

let engine: KmsEngine;
let proxy: WireProxy;
let kms: KMSClient;
beforeAll(async () => {
  engine = await startKmsEngine();
  proxy = await startWireProxy(engine.endpoint);
  kms = connectKmsAt(proxy.url);
});
afterEach(() => proxy.reset());
afterAll(async () => {
  kms.destroy();
  await proxy.close();
  await engine.close();
});

const secret = formatSecret(Buffer.alloc(32, 3));
const context = { accountId: 'acc_1', subscriptionId: 'sub_1' };

/** One that has opened nothing yet. */
function newCipher() {
  return createSecretCipher(kms, 'alias/webhooks');
}

describe('a sealed secret', () => {
  test('opens under the account and the subscription that it was sealed for', async () => {
    const sealed = await newCipher().seal(secret, context);

    expect(await newCipher().open(sealed, context)).toBe(secret);
  });

  test.each([
    ['another account', { ...context, accountId: 'acc_2' }],
    ['another subscription', { ...context, subscriptionId: 'sub_2' }],
    ['both exchanged', { accountId: 'sub_1', subscriptionId: 'acc_1' }],
    ['a request of the same name', { accountId: 'acc_1', idempotencyKey: 'sub_1' }],
  ])('does not open under %s, not even where it has been opened before', async (_, other) => {
    const cipher = newCipher();
    const sealed = await cipher.seal(secret, context);
    await cipher.open(sealed, context);

    await expect(cipher.open(sealed, other)).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
  });

  test('does not open as an answer though KMS were to give out its data key', async () => {
    const sealed = await newCipher().seal(secret, context);
    proxy.intercept((call) => call.forward({ ...call.input, EncryptionContext: context }));

    await expect(newCipher().open(sealed, { accountId: 'acc_1', idempotencyKey: 'sub_1' })).rejects.toThrow(
      'unable to authenticate',
    );
  });

  test('does not open with the data key of another secret', async () => {
    const cipher = newCipher();
    const [[ownKey], [, otherPayload]] = (await Promise.all(
      [1, 2].map(async () => (await cipher.seal(secret, context)).split('.') as [string, string]),
    )) as [[string, string], [string, string]];

    await expect(cipher.open(`${ownKey}.${otherPayload}`, context)).rejects.toThrow('unable to authenticate');
  });

  test.each([0, 12, 28, 60])('does not open with byte %i of its payload changed', async (index) => {
    const cipher = newCipher();
    const [dataKey, payload = ''] = (await cipher.seal(secret, context)).split('.');
    const bytes = Buffer.from(payload, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);

    await expect(cipher.open(`${dataKey}.${bytes.toString('base64url')}`, context)).rejects.toThrow(
      'unable to authenticate',
    );
  });

  test.each(['', '.', 'no-data-key', `${'A'.repeat(80)}.${'A'.repeat(80)}`])('%j is none', async (text) => {
    await expect(newCipher().open(text, context)).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
  });

  test('is another text every time, and shows nothing of the secret', async () => {
    const cipher = newCipher();
    const [first, second] = await Promise.all([cipher.seal(secret, context), cipher.seal(secret, context)]);

    expect(first).not.toBe(second);
    expect(Buffer.from(first, 'base64url').toString('latin1')).not.toContain(secret);
  });
});

describe('a sealed answer', () => {
  const request = { accountId: 'acc_1', idempotencyKey: 'a'.repeat(64) };

  test('opens under the account and the request that it was sealed for', async () => {
    const sealed = await newCipher().seal(secret, request);

    expect(await newCipher().open(sealed, request)).toBe(secret);
    expect(proxy.calls).toMatchObject([
      { operation: 'GenerateDataKey', input: { EncryptionContext: request } },
      { operation: 'Decrypt', input: { EncryptionContext: request } },
    ]);
  });

  test.each([
    ['another account', { ...request, accountId: 'acc_2' }],
    ['another request', { ...request, idempotencyKey: 'b'.repeat(64) }],
    ['a subscription of the same name', { accountId: 'acc_1', subscriptionId: request.idempotencyKey }],
  ])('does not open under %s', async (_, other) => {
    const sealed = await newCipher().seal(secret, request);

    await expect(newCipher().open(sealed, other)).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
  });

  test('is not kept in memory once it is open', async () => {
    const cipher = newCipher();
    const sealed = await cipher.seal(secret, request);
    proxy.reset();

    await cipher.open(sealed, request);
    await cipher.open(sealed, request);

    expect(proxy.calls).toHaveLength(2);
  });
});

describe('KMS', () => {
  test('is told the account and the subscription, so that its audit log and its policies know them', async () => {
    const cipher = newCipher();

    await cipher.open(await cipher.seal(secret, context), context);

    expect(proxy.calls).toMatchObject([
      { operation: 'GenerateDataKey', input: { KeyId: 'alias/webhooks', EncryptionContext: context } },
      { operation: 'Decrypt', input: { KeyId: 'alias/webhooks', EncryptionContext: context } },
    ]);
  });

  test('is asked once for a secret that is opened again', async () => {
    const cipher = newCipher();
    const sealed = await cipher.seal(secret, context);
    proxy.reset();

    await cipher.open(sealed, context);
    await cipher.open(sealed, context);

    expect(proxy.calls).toHaveLength(1);
  });

  test('is asked again once 16 MiB of later ones have been opened', async () => {
    const cipher = newCipher();
    // As large as no secret is: with its sealed form, each takes more than two megabytes.
    const seal = (letter: string) => cipher.seal(letter.repeat(1024 * 1024), context);
    const [first = '', ...others] = await Promise.all('abcdefgh'.split('').map(seal));
    const last = others.at(-1) ?? '';
    await cipher.open(first, context);
    for (const sealed of others) await cipher.open(sealed, context);
    proxy.reset();

    await cipher.open(last, context);
    expect(proxy.calls).toHaveLength(0);
    await cipher.open(first, context);
    expect(proxy.calls).toHaveLength(1);
  });

  test('when it fails, sealing and opening fail, and what failed is tried anew', async () => {
    const cipher = newCipher();
    const sealed = await cipher.seal(secret, context);
    proxy.intercept(async () => internalFailure);

    await expect(cipher.seal(secret, context)).rejects.toMatchObject({ name: 'InternalFailure' });
    await expect(cipher.open(sealed, context)).rejects.toMatchObject({ name: 'InternalFailure' });
    proxy.reset();
    expect(await cipher.open(sealed, context)).toBe(secret);
  });

  test('an answer without a data key is a failure', async () => {
    const cipher = newCipher();
    const sealed = await cipher.seal(secret, context);
    proxy.intercept(async () => ({ status: 200, body: {} }));

    await expect(cipher.seal(secret, context)).rejects.toThrow('without a data key');
    await expect(cipher.open(sealed, context)).rejects.toThrow('without a data key');
  });
});
