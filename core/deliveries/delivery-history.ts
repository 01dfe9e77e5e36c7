import type { Attempt, Delivery, DeliveryRef, DeliveryState } from './delivery.ts';

/** The answer to the latest attempt. `none`: there was no answer, or no attempt yet. */
export const statusClasses = ['2xx', '3xx', '4xx', '5xx', 'none'] as const;
export type StatusClass = (typeof statusClasses)[number];

export interface DeliveryFilter {
  readonly states?: readonly DeliveryState[] | undefined;
  readonly statusClasses?: readonly StatusClass[] | undefined;
  /** Types, and `ticket.*` for all types of one noun. */
  readonly eventTypes?: readonly string[] | undefined;
  /** Filters by the time at which the event was accepted. Both bounds are inclusive. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Looks up past deliveries and attempts. */
export interface DeliveryHistory {
  /**
   * Lists a subscription's deliveries, newest first. A page may hold fewer than `limit` and still have a next one.
   */
  listDeliveries(
    accountId: string,
    subscriptionId: string,
    filter: DeliveryFilter,
    limit: number,
    after: string | undefined,
  ): Promise<{ readonly items: readonly Delivery[]; readonly next: string | undefined }>;
  /** Lists the latest attempts that are items of their own, newest first, up to what one read returns. */
  listAttempts(ref: DeliveryRef, limit: number): Promise<readonly Attempt[]>;
  /** Returns the deliveries among these (at most 100) that have a row. */
  findDeliveries(refs: readonly DeliveryRef[]): Promise<readonly Delivery[]>;
}
