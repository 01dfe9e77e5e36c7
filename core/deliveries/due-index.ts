import type { Subscription } from '../subscriptions/subscription.ts';
import type { Delivery } from './delivery.ts';

/**
 * All open deliveries, and all subscriptions for which something is to be done at a time, by that time. Each kind has parts of
 * its own, so neither holds up the other.
 */
export interface DueIndex {
  /** Into how many parts each kind is split. Each part is read by itself. */
  readonly shards: { readonly deliveries: number; readonly subscriptions: number };
  /** Lists deliveries that were due at that time, the longest overdue first. A few may have changed since. */
  listDueDeliveries(shard: number, now: Date, limit: number): Promise<readonly Delivery[]>;
  /** The same for subscriptions, of those that were due at `after` or later. */
  listDueSubscriptions(
    shard: number,
    now: Date,
    limit: number,
    after: string,
  ): Promise<readonly Subscription[]>;
}
