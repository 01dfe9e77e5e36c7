import type { Attempt, Delivery, DeliveryRef } from './delivery.ts';
import type { StatisticsPart } from './statistics-log.ts';

/** How many results `recordDelivered` takes at once. */
export const maxRecordedTogether = 25;

export interface DeliveryLog {
  findDelivery(ref: DeliveryRef): Promise<Delivery | undefined>;
  /** Writes `next` if the row is still `seen` (undefined: still absent). Returns false otherwise. */
  replaceDelivery(seen: Delivery | undefined, next: Delivery): Promise<boolean>;
  /**
   * Stores up to `maxRecordedTogether` deliveries that succeeded at the first attempt, and statistics beside them. Returns
   * what it could not store. Statistics are tried only as often as deliveries need.
   */
  recordDelivered<Result extends Delivery | StatisticsPart>(
    results: readonly Result[],
  ): Promise<readonly Result[]>;
  recordAttempt(ref: DeliveryRef, attempt: Attempt): Promise<void>;
}
