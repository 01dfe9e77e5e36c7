import type { PublishedEvent } from '../events/published-event.ts';
import type { PlannedDelivery } from './planning.ts';

/** The row of an event. It is written once, with the decision for every subscription. */
export interface StoredEvent {
  readonly envelopeId: string;
  readonly contentHash: string;
  readonly acceptedAt: string;
  readonly plan: readonly PlannedDelivery[];
}

export interface EventLog {
  /** Stores the event unless one with its id exists. Returns the existing one if so. */
  recordEvent(
    event: PublishedEvent,
    plan: readonly PlannedDelivery[],
    now: Date,
  ): Promise<'recorded' | StoredEvent>;
  /** Extends the event's retention as if it were recorded now. Returns false if the event is gone. */
  keepEvent(accountId: string, eventId: string, now: Date): Promise<boolean>;
}

export interface EventBody {
  readonly text: string;
  /** True for a test that an account owner asked for. */
  readonly isTest: boolean;
}

export interface EventBodies {
  readEventBody(accountId: string, eventId: string): Promise<EventBody | undefined>;
}
