import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** How soon a line is seen after it was written. */
const intervalMs = 100;
const chunkBytes = 64 * 1024;
/** The rest of a longer line is dropped. */
const maxLineLength = 256 * 1024;

export interface LogFollower {
  /** Reads what is there, then stops. */
  stop(): Promise<void>;
}

/**
 * Calls `onLines` with the lines that are appended from now on to the files of the folder, as they come. Lines of one reading are handed over
 * together.
 */
export async function followLogs(
  folder: string,
  onLines: (lines: readonly string[]) => void,
): Promise<LogFollower> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  const readers = await Promise.all(names.map((name) => createReader(join(folder, name))));

  const readAll = async () => {
    const lines = (await Promise.all(readers.map((reader) => reader.read()))).flat();
    if (lines.length > 0) onLines(lines);
  };
  // Readings follow each other: two at a time would read the same bytes.
  let reading = Promise.resolve();
  const timer = setInterval(() => {
    reading = reading.then(readAll);
  }, intervalMs);

  return {
    async stop() {
      clearInterval(timer);
      await reading.then(readAll);
      await Promise.all(readers.map((reader) => reader.close()));
    },
  };
}

async function createReader(path: string) {
  const file: FileHandle = await open(path, 'r');
  const chunk = Buffer.alloc(chunkBytes);
  const decoder = new StringDecoder('utf8');
  let position = (await file.stat()).size;
  let rest = '';

  return {
    /** The lines that were completed since the last call. */
    async read(): Promise<string[]> {
      const lines: string[] = [];
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, chunkBytes, position);
        if (bytesRead === 0) return lines;
        position += bytesRead;
        const parts = (rest + decoder.write(chunk.subarray(0, bytesRead))).split('\n');
        rest = (parts.pop() ?? '').slice(0, maxLineLength);
        lines.push(...parts);
      }
    },
    close: () => file.close(),
  };
}
