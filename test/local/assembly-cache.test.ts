import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { keepAssembly } from '../../local/assembly-cache.ts';

const key = 'a'.repeat(32);
const hourMs = 3_600_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webhooks-cache-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Takes its time, so that others come meanwhile. */
async function fill(unfinished: string): Promise<boolean> {
  await writeFile(join(unfinished, 'one'), '1');
  await setTimeout(30);
  await writeFile(join(unfinished, 'other'), '2');
  return true;
}

async function age(name: string, ms: number): Promise<void> {
  const at = new Date(Date.now() - ms);
  await utimes(join(folder, name), at, at);
}

async function contentOf(assembly = join(folder, key)): Promise<string[]> {
  return Promise.all((await readdir(assembly)).map((name) => readFile(join(assembly, name), 'utf8')));
}

describe('an assembly', () => {
  test('is made once for all that want it at the same time, and leaves nothing else behind', async () => {
    const kept = await Promise.all([1, 2, 3].map(() => keepAssembly(folder, key, fill)));

    expect(kept.filter((one) => one?.isReused === false)).toHaveLength(1);
    expect(kept.map((one) => one?.assembly)).toEqual([1, 2, 3].map(() => join(folder, key)));
    expect(await contentOf()).toEqual(['1', '2']);
    expect(await readdir(folder)).toEqual([key]);
  });

  test('is whole though many take over the lock of a process that died', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    for (let round = 0; round < 20; round += 1) {
      const roundKey = String(round).padStart(32, '0');
      await writeFile(join(folder, `${roundKey}.lock`), String(pid));
      const kept = await Promise.all(Array.from({ length: 5 }, () => keepAssembly(folder, roundKey, fill)));

      for (const one of kept) expect(await contentOf(one?.assembly)).toEqual(['1', '2']);
    }
  });

  test.each([
    ['fails', () => Promise.reject(new Error('broken'))],
    ['made something else', async () => false],
  ])('is not kept if its maker %s', async (_, make) => {
    await keepAssembly(folder, key, make).catch(() => undefined);

    expect(await readdir(folder)).toEqual([]);
    expect(await keepAssembly(folder, key, fill)).toMatchObject({ isReused: false });
  });

  test('needs a folder that can be made, and says which', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');

    await expect(keepAssembly(join(file, 'assemblies'), key, fill)).rejects.toThrow(
      `${join(file, 'assemblies')} cannot be created (ENOTDIR)`,
    );
  });
});

describe('of what is there when one more is made,', () => {
  test('those that were used in the last day stay, and the last thirty', async () => {
    const keys = Array.from({ length: 32 }, (_, index) => String(index).padStart(32, '0'));
    for (const one of keys) await keepAssembly(folder, one, fill);
    expect(await readdir(folder)).toHaveLength(32);

    for (const [index, one] of keys.entries()) await age(one, (index + 1) * hourMs);
    await keepAssembly(folder, key, fill);
    const left = new Set(await readdir(folder));

    // With the new one, the thirty that were used last end with the 29th: it was used 29 hours ago.
    expect(keys.filter((one) => !left.has(one))).toEqual(keys.slice(29));
  });

  test('the rest of a killed process goes after an hour', async () => {
    await writeFile(join(folder, 'old.unfinished-1'), '');
    await writeFile(join(folder, 'new.unfinished-1'), '');
    await age('old.unfinished-1', hourMs + 1_000);

    await keepAssembly(folder, key, fill);

    await expect(stat(join(folder, 'old.unfinished-1'))).rejects.toThrow('ENOENT');
    await expect(stat(join(folder, 'new.unfinished-1'))).resolves.toBeDefined();
  });
});
