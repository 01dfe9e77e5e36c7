import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const documents = ['*.md', 'docs/**/*.md', 'client/*.md', '.github/**/*.md'].flatMap((pattern) =>
  globSync(pattern, { cwd: repository }),
);

function read(document: string): string {
  return readFileSync(join(repository, document), 'utf8');
}

/** Links to files, as `[file, heading]`, without those to other sites. */
function linksIn(document: string): string[][] {
  return [...read(document).matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(
    ([, file = '', heading = '']) => [
      file ? relative(repository, join(repository, dirname(document), file)) : document,
      heading,
    ],
  );
}

/** The names by which links lead to the headings of a document. */
function headingsOf(document: string): string[] {
  return [...read(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(documents)('every link of %s leads to a file, and to a heading in it', (document) => {
  const lost = linksIn(document).filter(
    ([file = '', heading = '']) =>
      !existsSync(join(repository, file)) || (heading !== '' && !headingsOf(file).includes(heading)),
  );

  expect(lost).toEqual([]);
});

test('there are links to check', () => {
  expect(documents).toContain('docs/security.md');
  expect(documents.flatMap(linksIn).length).toBeGreaterThan(100);
});
