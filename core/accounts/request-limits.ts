import { type CallLimit, sharedLimit } from '../rate-limit.ts';

/** Requests to the API: beyond them, one account's cost no more than an answer. */
export function requestLimits(accountId: string): CallLimit[] {
  return [{ ...sharedLimit('api', accountId, 50), freePerSecond: 5, maxWaitMs: 0 }];
}
