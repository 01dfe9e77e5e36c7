import type { Attempt, Delivery, DeliveryRef, DeliveryState } from './delivery.ts';

/** The answer to the latest attempt. `none`: there was no answer, or no attempt yet. */
export const statusClasses = ['2xx', '3xx', '4xx', '5xx', 'none'] as const;
export type StatusClass = (typeof statusClasses)[number];

export interface DeliveryFilter {
  readonly states?: readonly DeliveryState[];
  readonly statusClass?: StatusClass | undefined;
  readonly eventType?: string | undefined;
  /** When the event was accepted, both included. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** For looking up what became of deliveries. */
export interface DeliveryHistory {
  /** A subscription's, newest first. A page may hold fewer than `limit` and still have a next one. */
  listDeliveries(
    accountId: string,
    subscriptionId: string,
    filter: DeliveryFilter,
    limit: number,
    after: string | undefined,
  ): Promise<{ readonly items: readonly Delivery[]; readonly next: string | undefined }>;
  /** The latest of those that are items of their own, newest first; no more than one read holds. */
  listAttempts(ref: DeliveryRef, limit: number): Promise<readonly Attempt[]>;
  /** Those of them that have a row, 100 at most. */
  findDeliveries(refs: readonly DeliveryRef[]): Promise<readonly Delivery[]>;
}
