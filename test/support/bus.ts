import type { NoticePublisher } from '../../core/events/notice-publisher.ts';
import type { OperationalEvent } from '../../core/events/operational-events.ts';

/** An event bus that keeps what it accepts. */
export interface RecordedBus extends NoticePublisher {
  readonly accepted: OperationalEvent[];
  /** Refuses what `isRefused` says, until the next `reset`. */
  refuse(isRefused: (event: OperationalEvent) => boolean): void;
  reset(): void;
}

export function createBus(): RecordedBus {
  const accepted: OperationalEvent[] = [];
  const acceptAll = () => false;
  let isRefused: (event: OperationalEvent) => boolean = acceptAll;
  return {
    accepted,
    async publishNotices(events) {
      accepted.push(...events.filter((event) => !isRefused(event)));
      return events.filter(isRefused).map((event) => ({ event, cause: 'ThrottlingException' }));
    },
    refuse(next) {
      isRefused = next;
    },
    reset() {
      accepted.length = 0;
      isRefused = acceptAll;
    },
  };
}
