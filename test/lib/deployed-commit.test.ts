import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { readCommit } from '../../lib/deployed-commit.ts';

const folders: string[] = [];
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'commit-'));
  folders.push(root);
  await Promise.all(['lib', 'docs'].map((name) => mkdir(join(root, name))));
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

function git(...args: string[]): string {
  const identity = [
    '-c',
    'user.name=test',
    '-c',
    'user.email=test@example.com',
    '-c',
    'commit.gpgsign=false',
  ];
  const options = { cwd: root, encoding: 'utf8', stdio: 'pipe' } as const;
  return execFileSync('git', [...identity, ...args], options).trim();
}

/** Resolves with the commit that changes this file, as it is shown. */
async function commit(file: string, content: string): Promise<string> {
  await writeFile(join(root, file), content);
  git('add', '-A');
  git('commit', '-q', '-m', file);
  return git('rev-parse', 'HEAD').slice(0, 12);
}

test('the commit is the last one that changed what is deployed', async () => {
  git('init', '-q');
  const first = await commit('lib/stacks.ts', '1');
  expect(readCommit(root, {})).toBe(first);

  await commit('docs/runbook.md', '1');
  expect(readCommit(root, {})).toBe(first);

  const second = await commit('lib/stacks.ts', '2');
  expect(second).not.toBe(first);
  expect(readCommit(root, {})).toBe(second);
});

test.each([
  ['a changed source', 'lib/stacks.ts', '-modified'],
  ['a new source', 'lib/more.ts', '-modified'],
  ['a changed document, which is not deployed', 'docs/runbook.md', ''],
])('what is not committed shows: %s', async (_, file, mark) => {
  git('init', '-q');
  await commit('docs/runbook.md', '1');
  const last = await commit('lib/stacks.ts', '1');

  await writeFile(join(root, file), 'changed');

  expect(readCommit(root, {})).toBe(`${last}${mark}`);
});

test.each([
  ['without git', () => {}],
  ['without a commit', () => git('init', '-q')],
])('the commit of a folder %s is unknown', (_, prepare) => {
  prepare();
  expect(readCommit(root, {})).toBe('unknown');
});

test('a build that has no checkout says its commit', () => {
  expect(readCommit(root, { COMMIT: 'v1.2.3' })).toBe('v1.2.3');
});
