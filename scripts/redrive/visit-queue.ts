import pLimit from 'p-limit';
import type {
  HeldMessage,
  HeldMessages,
  QueueCount,
  Receipt,
  UnreleasedMessage,
} from '../../adapters/sqs-held-messages.ts';
import { splitIntoBatches } from '../../core/batches.ts';

export interface Visit {
  readonly queueName: string;
  /** How many messages the visitor takes in a second. A queue that takes long to visit is hidden for long. */
  readonly maxPerSecond: number;
  /** Ends the visit early. */
  readonly signal: AbortSignal;
}

/** Reading alone takes at least so many messages in a second. */
export const readsPerSecond = 50;

/** The least time for which a visit hides a message, so that it sees each once. */
const minHideSeconds = 30;

/** The highest visibility timeout of SQS. */
const maxHideSeconds = 12 * 3_600;

/** A visit whose messages come back faster than it reads ends after so many batches in a row with nothing new. */
const maxRepeatedBatches = 20;

/** How many requests give messages back at a time. */
const releaseLimit = 10;

/**
 * Shows each message of a queue once, ten at a time, and gives back those that the visitor did not name as gone: at
 * the end, because each is hidden from others meanwhile. A visit that is killed hides them for as long as it would
 * have taken at most. Resolves with what it did not see: messages that others hide, or that came too late.
 */
export async function visitQueue(
  messages: HeldMessages,
  visit: Visit,
  visitor: (batch: readonly HeldMessage[], setGone: (message: HeldMessage) => void) => Promise<void>,
): Promise<QueueCount> {
  const { queueName, signal } = visit;
  const hideSeconds = hideSecondsFor(await messages.countMessages(queueName), visit.maxPerSecond);
  const held = new Map<string, Receipt>();
  let hiddenUntil = new Date();

  async function visitAll(): Promise<QueueCount> {
    const seen = new Set<string>();
    let repeatedBatches = 0;
    while (!signal.aborted && repeatedBatches < maxRepeatedBatches) {
      const batch = await messages.receive(queueName, hideSeconds);
      if (batch.length === 0) break;
      hiddenUntil = new Date(Date.now() + hideSeconds * 1_000);
      const fresh = batch.filter(({ messageId }) => !seen.has(messageId));
      repeatedBatches = fresh.length === 0 ? repeatedBatches + 1 : 0;
      for (const { messageId, receiptHandle } of batch) {
        seen.add(messageId);
        held.set(messageId, { messageId, receiptHandle });
      }
      await visitor(fresh, ({ messageId }) => void held.delete(messageId));
    }
    const { visible, hidden } = await messages.countMessages(queueName);
    return { visible, hidden: Math.max(0, hidden - held.size) };
  }

  const visited = await visitAll().then(
    (unseen) => ({ unseen }),
    (error: unknown) => ({ error }),
  );
  const hidden = await releaseAll(messages, queueName, [...held.values()]);
  if (hidden.length > 0) {
    const error = 'error' in visited ? visited.error : hidden[0]?.cause;
    throw new StillHiddenError(queueName, hidden, hiddenUntil, error);
  }
  if ('error' in visited) throw visited.error;
  return visited.unseen;
}

function hideSecondsFor({ visible, hidden }: QueueCount, maxPerSecond: number): number {
  const seconds = Math.ceil((visible + hidden) / Math.min(maxPerSecond, readsPerSecond));
  return Math.min(minHideSeconds + seconds, maxHideSeconds);
}

async function releaseAll(
  messages: HeldMessages,
  queueName: string,
  receipts: readonly Receipt[],
): Promise<UnreleasedMessage[]> {
  const limit = pLimit(releaseLimit);
  const batches = splitIntoBatches(receipts, () => 0, { maxCount: 10, maxBytes: 1 });
  return (await limit.map(batches, (batch) => messages.release(queueName, batch))).flat();
}

/** Messages that could not be given back. They are not lost. */
export class StillHiddenError extends Error {
  constructor(queueName: string, hidden: readonly UnreleasedMessage[], until: Date, cause: unknown) {
    const ids = hidden.slice(0, 10).map(({ messageId }) => messageId);
    const rest = hidden.length > ids.length ? ` and ${hidden.length - ids.length} more` : '';
    const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(
      `${queueName}: messages could not be given back and stay hidden until ${until.toISOString()} at the latest: ${ids.join(', ')}${rest} (${why})`,
      { cause },
    );
    this.name = 'StillHiddenError';
  }
}
