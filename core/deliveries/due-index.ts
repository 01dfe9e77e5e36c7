import type { Delivery } from './delivery.ts';

/** Everything that awaits something, by the time at which it is due. */
export interface DueIndex {
  /** The index is split; each part is read by itself. */
  readonly shardCount: number;
  /** Deliveries that were due at that time, the longest first; a few may have moved on since. */
  listDue(shard: number, now: Date, limit: number): Promise<readonly Delivery[]>;
}
