import type { Attempt, Delivery, DeliveryRef } from './delivery.ts';

export interface DeliveryLog {
  findDelivery(ref: DeliveryRef): Promise<Delivery | undefined>;
  /** Writes `next` if the row is still `seen` (undefined: still absent). Returns false otherwise. */
  replaceDelivery(seen: Delivery | undefined, next: Delivery): Promise<boolean>;
  /** Stores up to 25 deliveries that succeeded at the first attempt. Returns those that it could not store. */
  recordDelivered<Row extends Delivery>(deliveries: readonly Row[]): Promise<readonly Row[]>;
  recordAttempt(ref: DeliveryRef, attempt: Attempt): Promise<void>;
}
