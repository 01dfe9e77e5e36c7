import { type DeadLetter, readDeadLetter } from './dead-letter.ts';
import { createDiscardFile, type DiscardFile } from './discard-file.ts';
import { lettersTable } from './list.ts';
import { look } from './look.ts';
import type { Operation } from './operation.ts';
import { requireAll, requireOneAccount, type Selection } from './selection.ts';
import { countText } from './text.ts';
import { readsPerSecond, visitQueue } from './visit-queue.ts';

export interface DiscardOptions {
  readonly dryRun: boolean;
  /** Where the messages go. A name by the time if none is given. */
  readonly file: string | undefined;
  /** Nobody is asked. */
  readonly isConfirmed: boolean;
}

/**
 * Takes messages out of their queues for good. Each is on the disk before it is deleted, so a run that is killed loses
 * nothing; what it has not come to stays in its queue.
 */
export async function discard(
  operation: Operation,
  selection: Selection,
  options: DiscardOptions,
): Promise<void> {
  if (selection.ids.length === 0 && selection.reason === undefined)
    throw new Error('say what to discard: ids, or --reason');
  if (!options.isConfirmed && !options.dryRun && !operation.ask)
    throw new Error('a discard asks for a confirmation on a terminal; --yes discards without one');

  const letters = (await look(operation, selection)).flatMap((sight) => sight.letters);
  if (operation.signal.aborted) throw new Error('stopped; nothing was discarded');
  requireAll(selection, letters);
  requireOneAccount(selection, letters);
  if (options.dryRun || letters.length === 0) {
    printResult(operation, letters, `${countText(letters.length, 'message')} would be discarded.`);
    if (options.dryRun) operation.note('A dry run: nothing was changed.');
    return;
  }
  if (!options.isConfirmed) {
    operation.note(lettersTable(letters, operation.now()));
    await confirm(operation, letters.length);
  }
  await discardInto(options.file ?? nameByTime(operation.now()), operation, letters);
}

async function discardInto(
  path: string,
  operation: Operation,
  letters: readonly DeadLetter[],
): Promise<void> {
  const file = await createDiscardFile(path);
  try {
    const discarded = await takeAll(operation, letters, file);
    const what = `${countText(discarded.length, 'message')} discarded into ${path}. \`send --from ${path}\` sends them back.`;
    printResult(operation, discarded, what, path);
    const missing = letters.length - discarded.length;
    if (missing > 0)
      operation.note(
        `${countText(missing, 'message')} stayed: another run has them, or this one was stopped.`,
      );
  } finally {
    await file.close();
  }
}

/** `file` is absent if nothing was discarded. */
function printResult(
  { print, isJson, now }: Operation,
  letters: readonly DeadLetter[],
  what: string,
  file?: string,
): void {
  if (isJson) print(JSON.stringify({ file, messages: letters }, undefined, 2));
  else print(letters.length > 0 ? `${lettersTable(letters, now())}\n\n${what}` : what);
}

/** Such as `discarded-20261123T165500Z.jsonl`. */
function nameByTime(now: Date): string {
  return `discarded-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}.jsonl`;
}

/** Those messages alone that were shown, whatever has come in since. Resolves with those that were still there. */
async function takeAll(
  { messages, signal, queuePrefix }: Operation,
  letters: readonly DeadLetter[],
  file: DiscardFile,
): Promise<DeadLetter[]> {
  const discarded: DeadLetter[] = [];
  for (const queueName of new Set(letters.map(({ queue }) => queue))) {
    const ids = new Set(letters.filter(({ queue }) => queue === queueName).map((one) => one.messageId));
    const visit = { queueName, signal, maxPerSecond: readsPerSecond };
    await visitQueue(messages, visit, async (batch, setGone) => {
      const taken = batch.filter(({ messageId }) => ids.has(messageId));
      if (taken.length === 0) return;
      await file.append(queuePrefix + queueName, taken);
      for (const message of taken) {
        await messages.remove(queueName, message);
        setGone(message);
        discarded.push(readDeadLetter(queueName, message));
      }
    });
  }
  return discarded;
}

/** Throws unless the operator types what is asked for. */
async function confirm({ ask }: Operation, count: number): Promise<void> {
  const wanted = `discard ${count}`;
  const typed = await ask?.(`Type "${wanted}" to take these out of their queues: `);
  if (typed?.trim() !== wanted) throw new Error('not confirmed; nothing was discarded');
}
