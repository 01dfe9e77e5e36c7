import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const repository = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, repository), 'utf8');

/** The numbered list under the heading "Follow one event". */
function readingPathOf(document: string): string[] {
  const [, afterHeading = ''] = read(document).split('\n## Follow one event\n');
  const [section = ''] = afterHeading.split('\n## ');
  return section.split('\n').filter((line) => /^\d+\. /.test(line));
}

/** `1. [core/batches.ts](core/batches.ts): …` -> `core/batches.ts` */
function fileOf(line: string): string {
  const [, label, target] = /^\d+\. \[([^\]]+)\]\(([^)]+)\): /.exec(line) ?? [];
  if (label === undefined || label !== target) throw new Error(`not a step of the reading path: ${line}`);
  return label;
}

test('README and CONTRIBUTING follow one event through the same files', () => {
  expect(readingPathOf('README.md').length).toBeGreaterThan(4);
  expect(readingPathOf('CONTRIBUTING.md')).toEqual(readingPathOf('README.md'));
});

test('the path of one event is at most 8 files, all of which exist, and 800 lines', () => {
  const files = readingPathOf('README.md').map(fileOf);
  const lines = files.map((file) => read(file).trimEnd().split('\n').length);

  expect(files.length).toBeLessThanOrEqual(8);
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(800);
});
