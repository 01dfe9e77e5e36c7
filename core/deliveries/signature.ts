import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

const secretPrefix = 'whsec_';

/** Writes 32 random bytes as a Standard Webhooks signing secret. */
export function formatSecret(key: Uint8Array): string {
  return secretPrefix + Buffer.from(key).toString('base64');
}

/** The key that a signing secret stands for. It shows nothing of itself in a log. */
export type SigningKey = KeyObject;

export function signingKeyOf(secret: string): SigningKey {
  return createSecretKey(Buffer.from(secret.slice(secretPrefix.length), 'base64'));
}

/**
 * The headers with which a receiver verifies a callback, by Standard Webhooks 1.0.0
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md): HMAC-SHA256 over
 * `id.timestamp.body`. Every key signs, so a receiver may switch at any time during a rotation.
 */
export function signCallback(
  webhookId: string,
  body: string,
  keys: readonly SigningKey[],
  now: Date,
): Record<string, string> {
  const timestamp = webhookTimestamp(now);
  const content = `${webhookId}.${timestamp}.${body}`;
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`);
  return {
    'webhook-id': webhookId,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

/** The value of the header `webhook-timestamp`: whole seconds since 1970. */
export function webhookTimestamp(at: Date): string {
  return String(Math.floor(at.getTime() / 1000));
}
