import { setTimeout } from 'node:timers/promises';
import type { RateLimit } from '../../core/subscriptions/rate-limit.ts';
import { connectApi } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';

export interface SubscribingAccount {
  readonly id: string;
  readonly port: number;
  readonly subscriptions: number;
  /** Of each subscription. */
  readonly rateLimit?: RateLimit | undefined;
}

/** Makes accounts whose subscriptions take every event. Resolves when they count. */
export async function subscribeAccounts(
  apiUrl: string,
  accounts: readonly SubscribingAccount[],
): Promise<void> {
  const backend = connectApi(apiUrl, operatorCredentials);
  let effectiveAt = 0;
  for (const { id, port, subscriptions, rateLimit } of accounts) {
    const { key } = await backend('POST', `/accounts/${id}/api-keys`, { description: 'bench' });
    const owner = connectApi(apiUrl, { apiKey: String(key) });
    for (let number = 0; number < subscriptions; number += 1) {
      const url = `http://127.0.0.1:${port}/hooks/${number}`;
      const made = await owner('POST', '/subscriptions', { url, eventTypes: ['*'], rateLimit });
      effectiveAt = Math.max(effectiveAt, Date.parse(String(made['effectiveAt'])));
    }
  }
  await setTimeout(Math.max(0, effectiveAt - Date.now()));
}
