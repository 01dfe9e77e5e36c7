import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { LRUCache } from 'lru-cache';
import type { SecretCipher, SecretContext } from '../core/secret-cipher.ts';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** How many data keys a sandbox keeps. */
const maxKeys = 10_000;

/** How long it keeps them. */
const hourMs = 3_600_000;

/** A data key as it is, and as KMS has encrypted it, in base64url. */
interface DataKey {
  readonly plaintext: Uint8Array;
  readonly encrypted: string;
}

/** Before a text whose data key is for all subscriptions of the account. The data key of any other text is its own. */
const sharedMark = 'a.';

/** What KMS is told of a shared data key. No subscription has this id. */
function sharedContext(accountId: string): SecretContext {
  return { accountId, subscriptionId: '*' };
}

/**
 * Envelope encryption. The subscriptions of an account share data keys, which KMS releases for this account only; each
 * secret is bound to its subscription by what it is sealed with (AAD). An answer has its own data key. Sealed form:
 * `[a.]<encrypted data key>.<iv, tag and ciphertext>`, the last two in base64url.
 */
export function createSecretCipher(kms: KMSClient, keyId: string, keptMs = hourMs): SecretCipher {
  const keptKeys = { max: maxKeys, ttl: keptMs };
  /** For sealing, by account. */
  const sharedKeys = new LRUCache<string, DataKey>(keptKeys);
  /** For opening, by encrypted data key and context, so that the cache knows no more than KMS. */
  const openedKeys = new LRUCache<string, Uint8Array>({
    ...keptKeys,
    fetchMethod: (known) => decryptKey(...(JSON.parse(known) as Parameters<typeof decryptKey>)),
  });

  /** A function of the API serves one request at a time, so nobody else waits for the same key. */
  async function sharedKeyOf(accountId: string): Promise<DataKey> {
    const key = sharedKeys.get(accountId) ?? (await generateKey(sharedContext(accountId)));
    sharedKeys.set(accountId, key, { noUpdateTTL: true });
    return key;
  }

  async function generateKey(context: SecretContext): Promise<DataKey> {
    const { Plaintext, CiphertextBlob } = await kms.send(
      new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: { ...context } }),
    );
    if (!Plaintext || !CiphertextBlob) throw new Error('KMS answered without a data key');
    return { plaintext: Plaintext, encrypted: Buffer.from(CiphertextBlob).toString('base64url') };
  }

  async function decryptKey(encrypted: string, context: SecretContext): Promise<Uint8Array> {
    const { Plaintext } = await kms.send(
      new DecryptCommand({
        KeyId: keyId,
        CiphertextBlob: Buffer.from(encrypted, 'base64url'),
        EncryptionContext: { ...context },
      }),
    );
    if (!Plaintext) throw new Error('KMS answered without a data key');
    return Plaintext;
  }

  return {
    async seal(secret, context) {
      const isShared = 'subscriptionId' in context;
      const { plaintext, encrypted } = isShared
        ? await sharedKeyOf(context.accountId)
        : await generateKey(context);
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, plaintext, iv).setAAD(boundTo(context));
      const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      const sealed = Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
      return `${isShared ? sharedMark : ''}${encrypted}.${sealed.toString('base64url')}`;
    },

    async open(sealed, context) {
      const isShared = sealed.startsWith(sharedMark);
      const [encrypted = '', payload = ''] = sealed.slice(isShared ? sharedMark.length : 0).split('.');
      const keyContext = isShared ? sharedContext(context.accountId) : context;
      // An answer is rarely read twice.
      const plaintext =
        'idempotencyKey' in context
          ? await decryptKey(encrypted, keyContext)
          : await openedKeys.forceFetch(JSON.stringify([encrypted, keyContext]));
      const bytes = Buffer.from(payload, 'base64url');
      const decipher = createDecipheriv(algorithm, plaintext, bytes.subarray(0, ivBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(boundTo(context))
        .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}

/** No identifier contains a space, so two words always belong to a subscription and three to an answer. */
function boundTo(context: SecretContext): Buffer {
  return Buffer.from(
    'subscriptionId' in context
      ? `${context.accountId} ${context.subscriptionId}`
      : `${context.accountId} idempotency-key ${context.idempotencyKey}`,
  );
}
