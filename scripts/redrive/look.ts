import type { HeldMessage, QueueCount } from '../../adapters/sqs-held-messages.ts';
import { type DeadLetter, readDeadLetter } from './dead-letter.ts';
import type { Operation } from './operation.ts';
import { isSelected, type Selection } from './selection.ts';
import { readsPerSecond, visitQueue } from './visit-queue.ts';

export interface Sight {
  readonly queueName: string;
  /** Oldest first. */
  readonly letters: readonly DeadLetter[];
  /** What this look did not see. If there is any, the letters are not all of them. */
  readonly unseen: QueueCount;
}

/**
 * Reads all queues at once and changes nothing: each message is hidden from others while its queue is read, and then
 * given back. SQS counts the receive, which has no effect in a queue without a redrive policy. `see` gets each selected
 * message whole.
 */
export async function look(
  { messages, queueNames, signal }: Operation,
  selection: Selection,
  see: (letter: DeadLetter, message: HeldMessage) => void = () => {},
): Promise<Sight[]> {
  return inAll(queueNames, async (queueName) => {
    const letters: DeadLetter[] = [];
    const visit = { queueName, signal, maxPerSecond: readsPerSecond };
    const unseen = await visitQueue(messages, visit, async (batch) => {
      for (const message of batch) {
        const letter = readDeadLetter(queueName, message);
        if (!isSelected(selection, letter)) continue;
        letters.push(letter);
        see(letter, message);
      }
    });
    return { queueName, letters: letters.sort(bySentAt), unseen };
  });
}

/** Does the same in all queues at once. Waits for all of them, so that each that failed is named. */
export async function inAll<Result>(
  queueNames: readonly string[],
  work: (queueName: string) => Promise<Result>,
): Promise<Result[]> {
  const ended = await Promise.allSettled(queueNames.map(work));
  const errors = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
  if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join('\n'));
  return ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** Oldest first; those of the same moment by their queues. */
export function bySentAt(a: DeadLetter, b: DeadLetter): number {
  return a.sentAt.localeCompare(b.sentAt) || a.queue.localeCompare(b.queue);
}
