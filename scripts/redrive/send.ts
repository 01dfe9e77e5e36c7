import { setTimeout } from 'node:timers/promises';
import { readDeadLetter } from './dead-letter.ts';
import { readDiscardFile } from './discard-file.ts';
import { inAll, look, type Sight } from './look.ts';
import type { Operation } from './operation.ts';
import { createRedrive, type RedrivenLetter } from './redrive-queue.ts';
import { isSelected, requireAll, requireOneAccount, type Selection } from './selection.ts';
import { sendBack, withoutWriting } from './send-back.ts';
import { countBy, summarize, summaryLines } from './summary.ts';

export interface SendOptions {
  readonly dryRun: boolean;
  readonly maxPerSecond: number;
}

interface SentQueue extends Sight {
  readonly letters: readonly RedrivenLetter[];
}

/** Sends messages of the queues back to work, and says what became of each. */
export async function send(operation: Operation, selection: Selection, options: SendOptions): Promise<void> {
  const { signal } = operation;
  if (selection.ids.length > 0) await requireClearIds(operation, selection);
  const redrive = createRedrive(operation);
  const run = async (queueName: string): Promise<SentQueue> => ({
    queueName,
    ...(await redrive({ queueName, ...selection, ...options, signal })),
  });
  const sent: SentQueue[] = [];
  if (options.dryRun) sent.push(...(await inAll(operation.queueNames, run)));
  // A fault in one queue must not hide what became of those before.
  try {
    for (const queueName of options.dryRun ? [] : operation.queueNames) {
      if (signal.aborted) break;
      sent.push(await run(queueName));
      if (!operation.isJson) printQueues(operation, options, sent.slice(-1));
    }
  } finally {
    if (operation.isJson || options.dryRun) printQueues(operation, options, sent);
    printEnd(operation, options, sent);
  }
  const letters = sent.flatMap((queue) => queue.letters);
  if (!signal.aborted) requireAll(selection, letters);
}

/** Before anything is sent, as it cannot be taken back. */
async function requireClearIds(operation: Operation, selection: Selection): Promise<void> {
  const letters = (await look(operation, selection)).flatMap((sight) => sight.letters);
  if (!operation.signal.aborted) requireAll(selection, letters);
  requireOneAccount(selection, letters);
}

/** Sends the messages of a discard's file back to work. The file stays as it is. */
export async function sendFrom(
  operation: Operation,
  path: string,
  selection: Selection,
  options: SendOptions,
): Promise<void> {
  const { queueNames, signal } = operation;
  const lines = await readDiscardFile(path, operation.queuePrefix);
  const deps = options.dryRun ? withoutWriting(operation) : operation;
  const letters: RedrivenLetter[] = [];
  try {
    for (const { queue, body, ...line } of lines) {
      const message = { ...line, body, sentAt: new Date(line.sentAt), receiveCount: 0, receiptHandle: '' };
      const letter = readDeadLetter(queue, message);
      if (!queueNames.includes(queue) || !isSelected(selection, letter)) continue;
      if (signal.aborted) break;
      const pace = setTimeout(options.dryRun ? 0 : 1_000 / options.maxPerSecond);
      letters.push({ ...letter, result: await sendBack(deps, queue, body) });
      await pace;
    }
  } finally {
    printSent(operation, path, options, letters);
  }
  if (!signal.aborted) requireAll(selection, letters);
}

/** What became of the messages of a file, also if a fault has ended the run. */
function printSent(
  operation: Operation,
  path: string,
  options: SendOptions,
  letters: readonly RedrivenLetter[],
): void {
  const sent = operation.queueNames
    .map((queueName) => ({
      queueName,
      letters: letters.filter(({ queue }) => queue === queueName),
      unseen: { visible: 0, hidden: 0 },
    }))
    .filter((queue) => queue.letters.length > 0);
  printQueues(operation, options, sent);
  if (sent.length === 0) operation.note(`${path}: nothing was sent.`);
  printEnd(operation, options, sent);
}

function printQueues(operation: Operation, { dryRun }: SendOptions, sent: readonly SentQueue[]): void {
  const { print, isJson, signal } = operation;
  if (isJson) {
    const queues = sent.map((queue) => ({
      ...summarize(queue, signal.aborted),
      results: Object.fromEntries(resultsOf(queue)),
    }));
    print(JSON.stringify({ dryRun, queues, messages: sent.flatMap(({ letters }) => letters) }, undefined, 2));
    return;
  }
  for (const queue of sent) {
    const outcome = [...resultsOf(queue)].map(([result, count]) => `${count} ${result}`).join(', ');
    for (const line of summaryLines(queue, signal.aborted, dryRun ? '' : outcome)) print(line);
    if (dryRun && outcome) print(`  would become: ${outcome}`);
  }
}

function printEnd({ note, signal }: Operation, { dryRun }: SendOptions, sent: readonly SentQueue[]): void {
  if (!dryRun && sent.some((queue) => resultsOf(queue).has('kept')))
    note('Those that are kept were not sent: they would only come back. `show` says why, and what to do.');
  if (dryRun) note('A dry run: nothing was changed.');
  if (signal.aborted) note('Stopped; the same command goes on from here.');
}

function resultsOf({ letters }: SentQueue): Map<string, number> {
  return countBy(
    letters.filter(({ result }) => result !== undefined),
    (letter) => (letter as RedrivenLetter).result ?? '',
  );
}
