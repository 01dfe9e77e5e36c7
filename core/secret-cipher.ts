/**
 * What a sealed text belongs to: a subscription, or the answer to a request that is identified by the hash of its
 * key.
 */
export type SecretContext =
  | { readonly accountId: string; readonly subscriptionId: string }
  | { readonly accountId: string; readonly idempotencyKey: string };

export interface SecretCipher {
  seal(secret: string, context: SecretContext): Promise<string>;
  /** Rejects if the text was sealed for another context. */
  open(sealed: string, context: SecretContext): Promise<string>;
}
