import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { documents, root } from './docs/documents.ts';

/**
 * Writes the documents that derive from the sources. With `--check` it writes nothing, and fails if a document differs
 * from what the sources say.
 */
function read(path: string): string {
  try {
    return readFileSync(new URL(path, root), 'utf8');
  } catch {
    return '';
  }
}

const { values: options } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
for (const [path, describe] of Object.entries(documents)) {
  const current = read(path);
  const wanted = await describe(current);
  if (current === wanted) continue;
  if (options.check) {
    console.error(`${path} is not what the sources say: run \`npm run docs\` and commit it`);
    process.exitCode = 1;
  } else {
    writeFileSync(new URL(path, root), wanted);
  }
}
