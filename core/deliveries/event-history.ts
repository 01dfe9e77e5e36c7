import type { PlannedDelivery } from './planning.ts';

/** An event, as its account can look it up. */
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
  /** Types, and `ticket.*` for all types of one noun. */
  readonly eventTypes?: readonly string[] | undefined;
  /** Filters by the time at which the event was recorded. Both bounds are inclusive. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/**
 * Up to when a list of events is complete that was begun at `begunAt`: no further event with an earlier `recordedAt` can
 * appear in it. Events are ordered by the time just before they were written, and some are written faster than others.
 */
export function completeUntil(
  { since = '', until }: EventFilter,
  begunAt: Date,
  settleSeconds: number,
): string {
  const settledAt = new Date(begunAt.getTime() - settleSeconds * 1_000).toISOString();
  const end = until !== undefined && until < settledAt ? until : settledAt;
  return since > end ? since : end;
}

/** Looks up published events. */
export interface EventHistory {
  /**
   * Lists an account's events, newest first. An event appears a moment after it was recorded. A page may hold fewer
   * than `limit` and still have a next one.
   */
  listEvents(
    accountId: string,
    filter: EventFilter,
    limit: number,
    after: string | undefined,
  ): Promise<{ readonly items: readonly LoggedEvent[]; readonly next: string | undefined }>;
  findEvent(accountId: string, eventId: string): Promise<LoggedEventDetail | undefined>;
}
