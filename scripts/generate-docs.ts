import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createOpenApiDocument } from '../contract/openapi/document.ts';
import { stageSettings } from '../core/settings/stage-settings.ts';
import { describeEventTypes } from './docs/event-types.ts';
import { describeProblems } from './docs/problems.ts';
import { embedRoutes } from './docs/routes.ts';
import { describeSettings } from './docs/settings.ts';
import { embedSnippets } from './docs/snippets.ts';
import { embedTelemetry } from './docs/telemetry.ts';

/**
 * Writes the documents that derive from the sources. With `--check` it writes nothing, and fails if a document differs
 * from what the sources say.
 */
const root = new URL('../', import.meta.url);

/** The default of a stage. The function adapts the document to its own stage (contract/openapi/stage-document.ts). */
const callbackTimeoutMs = stageSettings.callbackTimeoutMs.default;

/** By its path, how each document is made from its current text. */
const documents: Record<string, (current: string) => string> = {
  'README.md': embedRoutes,
  'docs/event-types.md': describeEventTypes,
  'docs/problems.md': describeProblems,
  'docs/settings.md': describeSettings,
  'docs/openapi.json': () => `${JSON.stringify(createOpenApiDocument(callbackTimeoutMs), null, 2)}\n`,
  'docs/integrating.md': (current) => embedSnippets(current, root),
  'docs/runbook.md': embedTelemetry,
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
