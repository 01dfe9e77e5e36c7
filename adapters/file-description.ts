import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Reads the file `openapi.json` when it is asked for, and then no more. */
export function createDescriptionReader<Description>(folder: string): () => Promise<Description> {
  let description: Description | undefined;
  return async () => {
    description ??= JSON.parse(await readFile(join(folder, 'openapi.json'), 'utf8')) as Description;
    return description;
  };
}
