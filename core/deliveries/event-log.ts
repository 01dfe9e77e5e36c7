import type { PublishedEvent } from '../events/published-event.ts';
import type { PlannedDelivery } from './planning.ts';

/** The row of an event: written once, together with what was decided for every subscription. */
export interface StoredEvent {
  readonly envelopeId: string;
  readonly bodyHash: string;
  readonly plan: readonly PlannedDelivery[];
}

export interface EventLog {
  /** Stores the event unless one with its id exists; answers with what exists. */
  recordEvent(
    event: PublishedEvent,
    plan: readonly PlannedDelivery[],
    now: Date,
  ): Promise<'recorded' | StoredEvent>;
  /** Keeps an event from now for as long as a new one; false if it is gone. */
  keepEvent(accountId: string, eventId: string, now: Date): Promise<boolean>;
}

export interface EventBodies {
  readEventBody(accountId: string, eventId: string): Promise<string | undefined>;
}
