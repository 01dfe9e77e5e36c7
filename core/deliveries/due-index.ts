import type { Delivery } from './delivery.ts';

/** All open deliveries, by the time at which they are due. */
export interface DueIndex {
  /** The index is split into this many parts. Each is read by itself. */
  readonly shardCount: number;
  /** Lists deliveries that were due at that time, the longest overdue first. A few may have changed since. */
  listDue(shard: number, now: Date, limit: number): Promise<readonly Delivery[]>;
}
