import type { DeliveryHistory } from '../../core/deliveries/delivery-history.ts';
import type { EventHistory } from '../../core/deliveries/event-history.ts';
import type { RedriveDeps } from './redrive-queue.ts';

/** What every command of `npm run redrive` works with. */
export interface Operation extends RedriveDeps {
  readonly deliveryHistory: Pick<DeliveryHistory, 'listAttempts'>;
  readonly eventHistory: Pick<EventHistory, 'findEvent'>;
  /** What the names of the stage's queues begin with, such as `iomnihub-webhooks-prod-`. */
  readonly queuePrefix: string;
  /** The queues that nothing drains, of which the operator named one or none. */
  readonly queueNames: readonly string[];
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Results as JSON, one document a command, for programs. */
  readonly isJson: boolean;
  /** Asks the operator. Absent if there is no terminal to answer on. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Writes a line of the result. */
  readonly print: (line: string) => void;
  /** Writes a line that is not part of the result. */
  readonly note: (line: string) => void;
}
