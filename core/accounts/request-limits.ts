import { type CallLimit, strictLimit } from '../rate-limit.ts';

/**
 * Limits an account's requests to the API. A request beyond them costs us no more than a refusal. A request that may
 * change something or show a secret also writes audit entries and answers to be kept, and calls KMS; so there are fewer.
 *
 * No request is free: any number of sandboxes may serve one account, and slow requests meet a sandbox that has served
 * none before.
 */
export function requestLimits(
  accountId: string,
  access: 'read' | 'manage' | 'secrets' | 'session',
): CallLimit[] {
  const limits = [
    ...(access === 'manage' || access === 'secrets' ? [strictLimit('api-change', accountId, 20)] : []),
    strictLimit('api', accountId, 50),
  ];
  return limits.map((limit) => ({ ...limit, maxWaitMs: 0 }));
}
