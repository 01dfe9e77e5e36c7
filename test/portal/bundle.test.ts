import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

let folder: string;
let manifest: Readonly<Record<string, Chunk>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-'));
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  execFileSync(
    process.execPath,
    [vite, 'build', 'portal', '--manifest', '--outDir', folder, '--emptyOutDir'],
    {
      cwd: root,
      stdio: 'ignore',
    },
  );
  manifest = JSON.parse(await readFile(join(folder, '.vite/manifest.json'), 'utf8')) as typeof manifest;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The files that a browser loads with this chunk. */
function filesOf(name: string, seen = new Set<string>()): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const { file, imports = [], css = [] } = manifest[name] as Chunk;
  return [file, ...css, ...imports.flatMap((one) => filesOf(one, seen))];
}

async function kilobytes(files: readonly string[]): Promise<number> {
  const sizes = [...new Set(files)].map(
    async (file) => gzipSync(await readFile(join(folder, file)), { level: 9 }).length,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) / 1_024;
}

/** Somebody who reads Portuguese loads no Spanish: of the languages, the largest counts. */
const languages = ['en', 'pt', 'es'] as const;
const textsIn = (language: string) =>
  Object.keys(manifest)
    .filter((name) => name.startsWith(`i18n/${language}/`))
    .flatMap((name) => filesOf(name));

describe('the page, compressed', () => {
  test('needs at most 45 KB of scripts and styles for its first view', async () => {
    const first = filesOf('index.html');
    for (const language of languages) {
      const size = await kilobytes([...first, ...filesOf(`i18n/${language}/catalog.ts`)]);
      expect(size).toBeGreaterThan(10);
      expect(size).toBeLessThanOrEqual(45);
    }
  });

  test('has at most 85 KB in all, in any language', async () => {
    const all = (await readdir(join(folder, 'assets')))
      .filter((file) => /\.(?:js|css)$/.test(file))
      .map((file) => `assets/${file}`);
    for (const language of languages) {
      const others = languages.filter((one) => one !== language).flatMap(textsIn);
      const own = new Set([...textsIn(language), ...filesOf('index.html')]);
      const left = all.filter((file) => !others.includes(file) || own.has(file));
      expect(await kilobytes(left)).toBeLessThanOrEqual(85);
    }
  });
});

test('the page asks no other host for anything, and has no inlined script or style', async () => {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  expect(html).not.toMatch(/https?:\/\//);
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*\ssrc=)/);
});
