import type { Attempt, Delivery, DeliveryRef, DeliveryState, SubscriptionRef } from './delivery.ts';
import type { StatusClass } from './delivery-view.ts';
import type { PlannedDelivery } from './dispatch.ts';
import type { HourlyTally, HourRange } from './statistics.ts';

/** What an account's owner looks up; nothing that delivers depends on it. */

/** An event as its account can look it up. */
export interface LoggedEvent {
  readonly id: string;
  readonly type: string;
  readonly acceptedAt: string;
  readonly recordedAt: string;
  readonly isTest: boolean;
}

export interface LoggedEventDetail extends LoggedEvent {
  readonly plan: readonly PlannedDelivery[];
  readonly body: string;
}

export interface EventFilter {
  readonly type?: string | undefined;
  /** When it was recorded, both included. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** For looking up what was published. */
export interface EventHistory {
  /** An account's, newest first, a moment after they were recorded. A page may hold fewer than `limit` and still have a next one. */
  listEvents(
    accountId: string,
    filter: EventFilter,
    limit: number,
    after: string | undefined,
  ): Promise<{ readonly items: readonly LoggedEvent[]; readonly next: string | undefined }>;
  findEvent(accountId: string, eventId: string): Promise<LoggedEventDetail | undefined>;
}

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

export interface StatisticsHistory {
  /** Those hours in which there was an attempt. */
  listStatistics(of: SubscriptionRef, range: HourRange): Promise<readonly HourlyTally[]>;
}
