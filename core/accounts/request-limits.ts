import { type CallLimit, sharedLimit } from '../rate-limit.ts';

/** Limits an account's requests to the API. A request beyond them costs us no more than a refusal. */
export function requestLimits(accountId: string): CallLimit[] {
  return [{ ...sharedLimit('api', accountId, 50), freePerSecond: 5, maxWaitMs: 0 }];
}
