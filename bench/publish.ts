import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Measurement } from './section.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const file = new URL('../docs/performance/measurements.json', import.meta.url);

/** Replaces the published figures of these sections, and has tables and plots made of them. */
export function publish(results: Readonly<Record<string, Measurement>>): void {
  const published = { ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...results };
  writeFileSync(file, `${JSON.stringify(published, undefined, 2)}\n`);
  execFileSync(process.execPath, ['scripts/generate-docs.ts'], { cwd: repository, stdio: 'inherit' });
}
