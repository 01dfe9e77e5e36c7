import { type SigningKey, signingKeyOf } from '../../core/deliveries/signature.ts';
import type { SecretCipher } from '../../core/secret-cipher.ts';
import type { CustomHeaders } from '../../core/subscriptions/custom-headers.ts';
import { contextOf, openHeaders } from '../../core/subscriptions/sealing.ts';
import { liveSecrets, type Subscription } from '../../core/subscriptions/subscription.ts';

export interface OpenedSecrets {
  /** The keys that sign at this time, newest first. */
  readonly keys: readonly SigningKey[];
  readonly headers: CustomHeaders;
}

/**
 * Opens the secrets of subscriptions. What is open is forgotten with the object that holds it sealed: the subscription, which
 * is read anew if it is called again after a few seconds. A fault is not kept.
 */
export function createSecretsOpener(cipher: SecretCipher) {
  const opened = new WeakMap<object, Promise<unknown>>();

  function openOnce<Open>(sealed: object, open: () => Promise<Open>): Promise<Open> {
    const known = opened.get(sealed) as Promise<Open> | undefined;
    if (known) return known;
    const opening = open();
    opened.set(sealed, opening);
    opening.catch(() => opened.delete(sealed));
    return opening;
  }

  return async function openSecrets(subscription: Subscription, now: Date): Promise<OpenedSecrets> {
    const context = contextOf(subscription);
    const keys = liveSecrets(subscription, now).map((secret) =>
      openOnce(secret, async () => signingKeyOf(await cipher.open(secret.sealed, context))),
    );
    const { headers } = subscription;
    return {
      keys: await Promise.all(keys),
      headers: headers ? await openOnce(headers, () => openHeaders(cipher, subscription)) : {},
    };
  };
}
