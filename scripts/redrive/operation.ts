import type { DeliveryHistory } from '../../core/deliveries/delivery-history.ts';
import type { EventHistory } from '../../core/deliveries/event-history.ts';
import { type DeadLetter, isNamedBy } from './dead-letter.ts';
import type { RedriveDeps } from './redrive-queue.ts';

/** What every command of `npm run redrive` works with. */
export interface Operation extends RedriveDeps {
  readonly deliveryHistory: Pick<DeliveryHistory, 'listAttempts'>;
  readonly eventHistory: Pick<EventHistory, 'findEvent'>;
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

/** Which messages a command is about. */
export interface Selection {
  /** Of events or messages. If there are none, the other conditions alone decide. */
  readonly ids: readonly string[];
  readonly reason: string | undefined;
}

export function isSelected({ ids, reason }: Selection, letter: DeadLetter): boolean {
  return (reason === undefined || reason === letter.reason) && (ids.length === 0 || isNamedBy(ids, letter));
}

/** Throws if no message has one of the ids: the operator has mistyped it, or another was faster. */
export function requireAll({ ids }: Selection, letters: readonly DeadLetter[]): void {
  const unknown = ids.filter((id) => !letters.some((letter) => isNamedBy([id], letter)));
  if (unknown.length > 0) throw new Error(`no message in sight has the id ${unknown.join(', ')}`);
}
