import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { LRUCache } from 'lru-cache';
import type { SecretCipher, SecretContext } from '../core/secret-cipher.ts';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** How much a sandbox keeps of opened secrets and their sealed forms: 20,000 signing secrets, or 600 sets of headers. */
const maxOpenedBytes = 16 * 1024 * 1024;

/**
 * Envelope encryption. Each secret has its own data key, which KMS releases only for the account and the subscription
 * or request that it was made for. Sealed form: `<encrypted data key>.<iv, tag and ciphertext>`, both base64url.
 */
export function createSecretCipher(kms: KMSClient, keyId: string): SecretCipher {
  // Keyed by ciphertext: a rotated secret has another ciphertext, so the cache cannot return a stale one.
  const opened = new LRUCache<string, string>({
    max: 2_000,
    maxSize: maxOpenedBytes,
    sizeCalculation: (secret, key) => secret.length + key.length,
    ttl: 5 * 60_000,
  });

  return {
    async seal(secret, context) {
      const { Plaintext, CiphertextBlob } = await kms.send(
        new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: { ...context } }),
      );
      if (!Plaintext || !CiphertextBlob) throw new Error('KMS answered without a data key');
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, Plaintext, iv).setAAD(Buffer.from(boundTo(context)));
      const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      const sealed = Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
      return `${Buffer.from(CiphertextBlob).toString('base64url')}.${sealed.toString('base64url')}`;
    },

    async open(sealed, context) {
      const cacheKey = `${boundTo(context)} ${sealed}`;
      const known = opened.get(cacheKey);
      if (known) return known;
      const [dataKey = '', payload = ''] = sealed.split('.');
      const { Plaintext } = await kms.send(
        new DecryptCommand({
          KeyId: keyId,
          CiphertextBlob: Buffer.from(dataKey, 'base64url'),
          EncryptionContext: { ...context },
        }),
      );
      if (!Plaintext) throw new Error('KMS answered without a data key');
      const bytes = Buffer.from(payload, 'base64url');
      const decipher = createDecipheriv(algorithm, Plaintext, bytes.subarray(0, ivBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(Buffer.from(boundTo(context)))
        .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      const secret =
        decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
      // Answers are not cached: they may be long and are rarely read twice.
      if ('subscriptionId' in context) opened.set(cacheKey, secret);
      return secret;
    },
  };
}

/** No identifier contains a space, so two words always belong to a subscription and three to an answer. */
function boundTo(context: SecretContext): string {
  return 'subscriptionId' in context
    ? `${context.accountId} ${context.subscriptionId}`
    : `${context.accountId} idempotency-key ${context.idempotencyKey}`;
}
