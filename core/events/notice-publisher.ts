import type { OperationalEvent } from './operational-events.ts';

export interface RefusedNotice {
  readonly event: OperationalEvent;
  readonly cause: unknown;
}

export interface NoticePublisher {
  /** Publishes these events. Returns those that were not accepted, which can be published again, and never rejects. */
  publishNotices(events: readonly OperationalEvent[]): Promise<readonly RefusedNotice[]>;
}
