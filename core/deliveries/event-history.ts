import type { PlannedDelivery } from './planning.ts';

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
