import type { SecretCipher, SecretContext } from '../../../core/secret-cipher.ts';
import {
  type CustomHeaders,
  mergeHeaders,
  type SealedHeaders,
  tooMany,
} from '../../../core/subscriptions/custom-headers.ts';
import { contextOf, openHeaders } from '../../../core/subscriptions/sealing.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { ProblemIssue } from '../http/refusal.ts';

/** All values in one ciphertext: one call to KMS, however many there are. */
export async function sealHeaders(
  cipher: SecretCipher,
  context: SecretContext,
  headers: CustomHeaders,
): Promise<SealedHeaders | undefined> {
  const names = Object.keys(headers);
  return names.length > 0
    ? { names, sealed: await cipher.seal(JSON.stringify(headers), context) }
    : undefined;
}

/** The headers after a change. The caller names only those that change. */
export async function sealPatchedHeaders(
  cipher: SecretCipher,
  subscription: Subscription,
  patch: Readonly<Record<string, string | null>>,
): Promise<{ headers: SealedHeaders | undefined } | { fault: ProblemIssue }> {
  const merged = mergeHeaders(await openHeaders(cipher, subscription), patch);
  return merged
    ? { headers: await sealHeaders(cipher, contextOf(subscription), merged) }
    : { fault: { field: 'headers', message: tooMany() } };
}
