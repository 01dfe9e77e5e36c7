import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createOpenApiDocument } from '../contract/openapi/document.ts';
import { describeEventTypes } from './docs/event-types.ts';
import { describeProblems } from './docs/problems.ts';
import { embedSnippets } from './docs/snippets.ts';

/**
 * Writes the documents that derive from the sources. With `--check` it writes nothing and fails if one of them is not
 * what the sources say.
 */
const root = new URL('../', import.meta.url);

/** Of a stage by default. */
const callbackTimeoutMs = 15_000;

/** By the file, what it is to be; `current` is what it is. */
const documents: Record<string, (current: string) => string> = {
  'docs/event-types.md': describeEventTypes,
  'docs/problems.md': describeProblems,
  'docs/openapi.json': () => `${JSON.stringify(createOpenApiDocument(callbackTimeoutMs), null, 2)}\n`,
  'docs/integrating.md': (current) => embedSnippets(current, root),
};

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
  const wanted = describe(current);
  if (current === wanted) continue;
  if (options.check) {
    console.error(`${path} is not what the sources say: run \`npm run docs\` and commit it`);
    process.exitCode = 1;
  } else {
    writeFileSync(new URL(path, root), wanted);
  }
}
