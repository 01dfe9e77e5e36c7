import type { ParkedDelivery, SubscriptionRef } from './delivery.ts';

/** The parked deliveries of each subscription, in the order in which their events were accepted. */
export interface ParkedDeliveries {
  /**
   * Lists the oldest, the oldest first. One that was parked a moment ago may be missing. Rejects if some cannot be read, so
   * that nobody takes them for none.
   */
  listParked(of: SubscriptionRef, limit: number): Promise<readonly ParkedDelivery[]>;
  /** The same for the newest, the newest first. */
  listNewestParked(of: SubscriptionRef, limit: number): Promise<readonly ParkedDelivery[]>;
  /** Counts no further than to `max`. */
  countParked(of: SubscriptionRef, max: number): Promise<number>;
}

/** Counts the deliveries of each subscription that ended undelivered, until their owner is told. */
export interface ExhaustedCount {
  addExhausted(of: SubscriptionRef): Promise<void>;
  readExhausted(of: SubscriptionRef): Promise<number>;
  /** Takes those away of which the owner was told. */
  subtractExhausted(of: SubscriptionRef, count: number): Promise<void>;
}
