import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { HeldMessage } from '../../adapters/sqs-held-messages.ts';

/** A line of the file of a discard: all that is needed to send the message back. */
const discardedSchema = z.object({
  /** Its whole name, which says of which stage it is. */
  queue: z.string().min(1),
  messageId: z.string().min(1),
  reason: z.string(),
  sentAt: z.iso.datetime(),
  attributes: z.record(z.string(), z.string()),
  body: z.string(),
});
export type Discarded = z.infer<typeof discardedSchema>;

export interface DiscardFile {
  /** Resolves once the messages are on the disk. */
  append(queue: string, messages: readonly HeldMessage[]): Promise<void>;
  close(): Promise<void>;
}

/** Creates a file of JSON lines that only this user may read. Throws if there is one of that name. */
export async function createDiscardFile(path: string): Promise<DiscardFile> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw new Error(`${path} exists, and is not overwritten`, { cause: error });
    throw new Error(`${path} cannot be created (${error.code})`, { cause: error });
  });
  await syncFolder(dirname(path));
  return {
    append: (queue, messages) => appendLines(file, queue, messages),
    close: () => file.close(),
  };
}

async function appendLines(file: FileHandle, queue: string, messages: readonly HeldMessage[]): Promise<void> {
  const lines = messages.map(({ messageId, reason, sentAt, attributes, body }) => {
    const line: Discarded = { queue, messageId, reason, sentAt: sentAt.toISOString(), attributes, body };
    return `${JSON.stringify(line)}\n`;
  });
  await file.appendFile(lines.join(''));
  await file.sync();
}

/** So that the file's name is on the disk as well. Windows cannot do this, and does not need it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Reads the file of a discard, each message once, with its queue's name without the prefix of the stage. A last line that
 * was cut off is left out: its message was not deleted from its queue. Throws for any other line that is none of ours, or
 * none of this stage's.
 */
export async function readDiscardFile(path: string, queuePrefix: string): Promise<Discarded[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`--from=${path}: cannot be read (${error.code})`, { cause: error });
  });
  const lines = text.split('\n');
  // What stands after the last line feed is empty or cut off, unless an editor has left out the line feed alone.
  if (!discardedSchema.safeParse(parseJson(lines.at(-1) ?? '')).success) lines.pop();
  const byId = new Map<string, Discarded>();
  for (const [index, line] of lines.entries()) {
    const read = discardedSchema.safeParse(parseJson(line));
    if (!read.success) throw new Error(`--from=${path}: line ${index + 1} is not a discarded message`);
    const { queue, messageId } = read.data;
    if (!queue.startsWith(queuePrefix))
      throw new Error(
        `--from=${path}: line ${index + 1} is of ${queue}, and the queues of these --outputs begin with ${queuePrefix}`,
      );
    byId.set(messageId, { ...read.data, queue: queue.slice(queuePrefix.length) });
  }
  return [...byId.values()];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
