/** What a sealed text belongs to: a subscription, or the request with that key, by its hash, whose answer it is. */
export type SecretContext =
  | { readonly accountId: string; readonly subscriptionId: string }
  | { readonly accountId: string; readonly idempotencyKey: string };

export interface SecretCipher {
  seal(secret: string, context: SecretContext): Promise<string>;
  /** Rejects if the text was sealed under another context. */
  open(sealed: string, context: SecretContext): Promise<string>;
}
