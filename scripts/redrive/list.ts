import type { DeadLetter } from './dead-letter.ts';
import { look } from './look.ts';
import type { Operation } from './operation.ts';
import type { Selection } from './selection.ts';
import { summarize, summaryLines } from './summary.ts';
import { ageText, tableText } from './text.ts';

const head = ['QUEUE', 'ID', 'ACCOUNT', 'TYPE', 'REASON', 'AGE', 'RECEIVED', 'FIELDS AT FAULT'];

/** Shows each message on a line, and how many there are, by queue and reason. Changes nothing. */
export async function list(operation: Operation, selection: Selection): Promise<void> {
  const { print, isJson, now, signal } = operation;
  const sights = await look(operation, selection);
  const letters = sights.flatMap((sight) => sight.letters);
  if (isJson) {
    const queues = sights.map((sight) => summarize(sight, signal.aborted));
    print(JSON.stringify({ queues, messages: letters }, undefined, 2));
    return;
  }
  if (letters.length > 0) print(`${lettersTable(letters, now())}\n`);
  for (const sight of sights) for (const line of summaryLines(sight, signal.aborted)) print(line);
}

/** One line a message. A message without an event's id stands there by its own. */
export function lettersTable(letters: readonly DeadLetter[], now: Date): string {
  return tableText(
    head,
    letters.map(({ queue, eventId, messageId, accountId, type, reason, fields, sentAt, receiveCount }) => [
      queue,
      eventId ?? messageId,
      accountId ?? '-',
      type ?? '-',
      reason,
      ageText(sentAt, now),
      String(receiveCount),
      fields.join(', ') || '-',
    ]),
  );
}
