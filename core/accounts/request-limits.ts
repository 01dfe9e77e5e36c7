import { type CallLimit, strictLimit } from '../rate-limit.ts';

/**
 * Limits an account's requests to the API. No request is free: any number of sandboxes may serve one account, and slow
 * requests meet a sandbox that has served none before. A request beyond the limit costs us no more than a refusal.
 */
export function requestLimits(accountId: string): CallLimit[] {
  return [{ ...strictLimit('api', accountId, 50), maxWaitMs: 0 }];
}
