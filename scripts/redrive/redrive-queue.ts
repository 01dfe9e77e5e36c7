import { setTimeout } from 'node:timers/promises';
import type { HeldMessage, HeldMessages, QueueCount } from '../../adapters/sqs-held-messages.ts';
import type { EventBodies } from '../../core/deliveries/event-log.ts';
import { type DeadLetter, readDeadLetter } from './dead-letter.ts';
import { isSelected, type Selection } from './selection.ts';
import { type RedriveResult, type SendBackDeps, sendBack, withoutWriting } from './send-back.ts';
import { readsPerSecond, visitQueue } from './visit-queue.ts';

export interface RedriveReport {
  /** Those that were wanted, each with what became of it, or what would after a dry run. */
  readonly letters: readonly RedrivenLetter[];
  /** What the run did not see. */
  readonly unseen: QueueCount;
}

export interface RedrivenLetter extends DeadLetter {
  /** Absent if the run was stopped before it came to this message. */
  readonly result?: RedriveResult;
}

export interface RedriveOptions extends Partial<Selection> {
  /** Without the stage's prefix, such as `exhausted-deliveries` or `unrouted`. */
  readonly queueName: string;
  readonly dryRun: boolean;
  readonly maxPerSecond: number;
  readonly signal: AbortSignal;
}

export interface RedriveDeps extends SendBackDeps {
  readonly messages: HeldMessages;
  readonly events: SendBackDeps['events'] & EventBodies;
}

/**
 * Sends the messages of a queue that nothing drains back to where they came from. Each is deleted only after that, and
 * all that follows recognizes what it has seen: a run may be stopped, killed and repeated at any time.
 */
export function createRedrive(deps: RedriveDeps) {
  const { messages, now } = deps;

  return async function redrive(options: RedriveOptions): Promise<RedriveReport> {
    const { queueName, dryRun, signal } = options;
    const maxPerSecond = dryRun ? readsPerSecond : options.maxPerSecond;
    const startedAt = now();
    const letters: RedrivenLetter[] = [];
    const unseen = await visitQueue(messages, { queueName, signal, maxPerSecond }, async (batch, setGone) => {
      const wanted = batch
        .map((message) => ({ message, letter: readDeadLetter(queueName, message) }))
        .filter(({ message, letter }) => isWanted(message, letter, options, startedAt));
      if (dryRun) {
        letters.push(...(await Promise.all(wanted.map(foresee))));
        return;
      }
      const pace = setTimeout((batch.length / maxPerSecond) * 1_000);
      for (const { message, letter } of wanted) {
        if (signal.aborted) letters.push(letter);
        else letters.push({ ...letter, result: await take(message, setGone) });
      }
      await pace;
    });
    return { letters, unseen };

    async function take(
      message: HeldMessage,
      setGone: (message: HeldMessage) => void,
    ): Promise<RedriveResult> {
      const result = await sendBack(deps, queueName, message.body);
      if (result === 'redriven' || result === 'obsolete') {
        await messages.remove(queueName, message);
        setGone(message);
      }
      return result;
    }

    async function foresee(one: { message: HeldMessage; letter: DeadLetter }): Promise<RedrivenLetter> {
      return { ...one.letter, result: await sendBack(withoutWriting(deps), queueName, one.message.body) };
    }
  };
}

/** What came in since the start may be what this run sent out: it must not go round in circles. */
function isWanted(
  { sentAt }: HeldMessage,
  letter: DeadLetter,
  { ids = [], reason, account }: RedriveOptions,
  startedAt: Date,
): boolean {
  return sentAt <= startedAt && isSelected({ ids, reason, account }, letter);
}
