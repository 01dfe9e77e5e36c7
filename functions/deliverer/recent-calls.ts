import { LRUCache } from 'lru-cache';
import type { DeliveryOutcome } from '../../core/receivers/delivery-outcome.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';

/** For so long, a success of this sandbox says that a receiver works. */
const rememberedMs = 60_000;

/**
 * What this sandbox remembers of the calls to a receiver: of a busy one that fails now and then, each failure would cost two
 * writes of its subscription, of which the second says that the first counts no more.
 */
export function rememberCalls() {
  const successes = new LRUCache<string, { readonly atMs: number; hasFailedSince: boolean }>({ max: 10_000 });

  /** Takes note of the call. True if it is the first failure after a success of a moment ago. */
  return function isFirstFailure(
    { accountId, id }: Subscription,
    outcome: DeliveryOutcome,
    now: Date,
  ): boolean {
    const key = `${accountId} ${id}`;
    if (outcome.kind === 'success') {
      successes.set(key, { atMs: now.getTime(), hasFailedSince: false });
      return false;
    }
    const success = successes.get(key);
    if (!success || success.hasFailedSince || now.getTime() - success.atMs > rememberedMs) return false;
    success.hasFailedSince = true;
    return true;
  };
}
