import type { ParkedDelivery, SubscriptionRef } from './delivery.ts';

/** The parked deliveries of each subscription, in the order in which their events were accepted. */
export interface ParkedDeliveries {
  /** Lists the oldest first. One that was parked a moment ago may be missing. */
  listParked(of: SubscriptionRef, limit: number): Promise<readonly ParkedDelivery[]>;
  /** Counts no further than to `max`. */
  countParked(of: SubscriptionRef, max: number): Promise<number>;
}

/** Counts the deliveries of each subscription that ended undelivered, until their owner is told. */
export interface ExhaustedCount {
  addExhausted(of: SubscriptionRef): Promise<void>;
  /** Returns the count and begins again from 0. */
  takeExhausted(of: SubscriptionRef): Promise<number>;
}
