import type { Attempt, Delivery, DeliveryRef } from './delivery.ts';

export interface DeliveryLog {
  findDelivery(ref: DeliveryRef): Promise<Delivery | undefined>;
  /** Writes `next` if the row is still `seen` (undefined: still absent); false if it is not. */
  replaceDelivery(seen: Delivery | undefined, next: Delivery): Promise<boolean>;
  /** Stores first attempts that succeeded, 25 at most; answers with those that could not be stored. */
  recordDelivered<Row extends Delivery>(deliveries: readonly Row[]): Promise<readonly Row[]>;
  recordAttempt(ref: DeliveryRef, attempt: Attempt): Promise<void>;
}
