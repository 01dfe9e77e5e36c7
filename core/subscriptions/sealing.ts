import type { SecretCipher, SecretContext } from '../secret-cipher.ts';
import type { CustomHeaders } from './custom-headers.ts';
import type { Subscription } from './subscription.ts';

/** What a subscription's secrets and headers are sealed for. */
export function contextOf({ accountId, id }: Pick<Subscription, 'accountId' | 'id'>): SecretContext {
  return { accountId, subscriptionId: id };
}

/** Opens a subscription's custom headers. Their values may be sent to its receiver only. */
export async function openHeaders(cipher: SecretCipher, subscription: Subscription): Promise<CustomHeaders> {
  if (!subscription.headers) return {};
  return JSON.parse(await cipher.open(subscription.headers.sealed, contextOf(subscription))) as CustomHeaders;
}
