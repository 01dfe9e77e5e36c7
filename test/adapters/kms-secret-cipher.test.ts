import { createCipheriv } from 'node:crypto';
import { GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createSecretCipher } from '../../adapters/kms-secret-cipher.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import { formatSecret } from '../../core/deliveries/signature.ts';
import { connectKmsAt, type KmsEngine, startKmsEngine } from '../support/engines.ts';
import { until } from '../support/until.ts';

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

/** What KMS is told of an account's data keys. */
const ofAccount = { accountId: 'acc_1', subscriptionId: '*' };

/** `<encrypted data key>.<iv, tag and ciphertext>`, bound to the subscription. */
async function sealWithOwnKey(text: string): Promise<string> {
  const { Plaintext = new Uint8Array(), CiphertextBlob = new Uint8Array() } = await kms.send(
    new GenerateDataKeyCommand({ KeyId: 'alias/webhooks', KeySpec: 'AES_256', EncryptionContext: context }),
  );
  const iv = Buffer.alloc(12, 1);
  const cipher = createCipheriv('aes-256-gcm', Plaintext, iv).setAAD(Buffer.from('acc_1 sub_1'));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const payload = Buffer.concat([iv, cipher.getAuthTag(), ciphertext]).toString('base64url');
  return `${Buffer.from(CiphertextBlob).toString('base64url')}.${payload}`;
}

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

    // KMS does not give out the key to another account; of the same account, the text is bound to another name.
    await expect(cipher.open(sealed, other)).rejects.toThrow(/unable to authenticate|key and context/);
    await expect(newCipher().open(sealed, other)).rejects.toThrow(/unable to authenticate|key and context/);
  });

  test('does not open under another account though its own data key is known', async () => {
    const cipher = newCipher();
    const [own, other] = [context, { ...context, accountId: 'acc_2' }];
    const sealed = await cipher.seal(secret, own);
    const ofOther = await cipher.seal(secret, other);
    await cipher.open(ofOther, other);
    const [, otherKey] = ofOther.split('.');
    const [mark, , payload] = sealed.split('.');

    await expect(cipher.open(`${mark}.${otherKey}.${payload}`, other)).rejects.toThrow(
      'unable to authenticate',
    );
  });

  test('with a data key of its own opens, as before accounts shared theirs', async () => {
    const old = await sealWithOwnKey(secret);

    expect(await newCipher().open(old, context)).toBe(secret);
    await expect(newCipher().open(old, { ...context, subscriptionId: 'sub_2' })).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
  });

  test('does not open as an answer though KMS were to give out its data key', async () => {
    const sealed = await newCipher().seal(secret, context);
    proxy.intercept((call) => call.forward({ ...call.input, EncryptionContext: ofAccount }));

    await expect(newCipher().open(sealed, { accountId: 'acc_1', idempotencyKey: 'sub_1' })).rejects.toThrow(
      'unable to authenticate',
    );
  });

  test('does not open with the data key of another secret', async () => {
    const [own, other] = await Promise.all([1, 2].map(() => newCipher().seal(secret, context)));
    const [mark, ownKey] = own?.split('.') ?? [];
    const [, otherKey, otherPayload] = other?.split('.') ?? [];

    expect(ownKey).not.toBe(otherKey);
    await expect(newCipher().open(`${mark}.${ownKey}.${otherPayload}`, context)).rejects.toThrow(
      'unable to authenticate',
    );
  });

  test.each([0, 12, 28, 60])('does not open with byte %i of its payload changed', async (index) => {
    const cipher = newCipher();
    const [mark, dataKey, payload = ''] = (await cipher.seal(secret, context)).split('.');
    const bytes = Buffer.from(payload, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);

    await expect(cipher.open(`${mark}.${dataKey}.${bytes.toString('base64url')}`, context)).rejects.toThrow(
      'unable to authenticate',
    );
  });

  test.each([
    '',
    '.',
    'a.',
    'a..',
    'no-data-key',
    `a.${'A'.repeat(80)}.${'A'.repeat(80)}`,
    `${'A'.repeat(80)}.${'A'.repeat(80)}`,
  ])('%j is none', async (text) => {
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
  test('is told the account, so that its audit log and its policies know it', async () => {
    const cipher = newCipher();

    await cipher.open(await cipher.seal(secret, context), context);

    expect(proxy.calls).toMatchObject([
      { operation: 'GenerateDataKey', input: { KeyId: 'alias/webhooks', EncryptionContext: ofAccount } },
      { operation: 'Decrypt', input: { KeyId: 'alias/webhooks', EncryptionContext: ofAccount } },
    ]);
  });

  test.each([
    [1, 1],
    [50, 1],
    [50, 3],
  ])(
    'is asked once by a cold sandbox for an account with %i subscriptions and %i sealed texts of each',
    async (subscriptions, texts) => {
      const sealing = newCipher();
      const contexts = Array.from({ length: subscriptions }, (_, index) => ({
        accountId: 'acc_1',
        subscriptionId: `sub_${index}`,
      }));
      await sealing.seal(secret, context);
      const sealed = await Promise.all(
        contexts.flatMap((one) =>
          Array.from({ length: texts }, async () => ({ one, text: await sealing.seal(secret, one) })),
        ),
      );
      expect(proxy.calls.map(({ operation }) => operation)).toEqual(['GenerateDataKey']);
      proxy.reset();

      const cold = newCipher();
      // At the same time, as a batch does, and one after the other.
      await Promise.all(sealed.map(({ one, text }) => cold.open(text, one)));
      for (const { one, text } of sealed) expect(await cold.open(text, one)).toBe(secret);

      expect(proxy.calls.map(({ operation }) => operation)).toEqual(['Decrypt']);
    },
  );

  test('is asked for each account by itself', async () => {
    const contexts = ['acc_1', 'acc_2', 'acc_3'].map((accountId) => ({ ...context, accountId }));
    const cipher = newCipher();
    for (const one of contexts) await cipher.open(await cipher.seal(secret, one), one);

    expect(proxy.calls.map(({ operation, input }) => [operation, input.EncryptionContext.accountId])).toEqual(
      contexts.flatMap(({ accountId }) => [
        ['GenerateDataKey', accountId],
        ['Decrypt', accountId],
      ]),
    );
  });

  test('is asked again, for sealing and for opening, once a sandbox has kept its keys for long enough', async () => {
    const cipher = createSecretCipher(kms, 'alias/webhooks', 1);
    const sealed = await cipher.seal(secret, context);

    await until('KMS is asked again', async () => {
      await cipher.open(sealed, context);
      await cipher.seal(secret, context);
      const operations = proxy.calls.map(({ operation }) => operation);
      return ['Decrypt', 'GenerateDataKey'].every(
        (name) => operations.filter((operation) => operation === name).length > 1,
      );
    });
    expect(await cipher.open(sealed, context)).toBe(secret);
  });

  test('is asked once for a secret that is opened again', async () => {
    const cipher = newCipher();
    const sealed = await cipher.seal(secret, context);
    proxy.reset();

    await cipher.open(sealed, context);
    await cipher.open(sealed, context);

    expect(proxy.calls).toHaveLength(1);
  });

  test('when it fails, sealing and opening fail, and what failed is tried anew', async () => {
    const cipher = newCipher();
    const sealed = await newCipher().seal(secret, context);
    proxy.intercept(async () => internalFailure);

    await expect(cipher.seal(secret, context)).rejects.toMatchObject({ name: 'InternalFailure' });
    await expect(cipher.open(sealed, context)).rejects.toMatchObject({ name: 'InternalFailure' });
    proxy.reset();
    expect(await cipher.open(sealed, context)).toBe(secret);
  });

  test('an answer without a data key is a failure', async () => {
    const cipher = newCipher();
    const sealed = await newCipher().seal(secret, context);
    proxy.intercept(async () => ({ status: 200, body: {} }));

    await expect(cipher.seal(secret, context)).rejects.toThrow('without a data key');
    await expect(cipher.open(sealed, context)).rejects.toThrow('without a data key');
  });
});
