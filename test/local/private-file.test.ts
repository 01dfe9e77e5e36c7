import { chmod, mkdtemp, open, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startEngines } from '../../local/engines.ts';
import { takeDataFolder } from '../../local/folders.ts';
import { readPrivateFile, writePrivateFile } from '../../local/private-file.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webhooks-private-'));
  file = join(folder, 'outputs.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

/** What the umask would not allow to be created. */
async function writeOpenFile(path: string, content: string | Buffer, mode = 0o644): Promise<void> {
  await writeFile(path, content);
  await chmod(path, mode);
}

describe('a file with a secret', () => {
  test('is created for this user alone', async () => {
    await writePrivateFile(file, 'secret');

    expect([await modeOf(file), await readFile(file, 'utf8')]).toEqual(['600', 'secret']);
    expect(await readdir(folder)).toEqual(['outputs.json']);
  });

  test.each([0o644, 0o666, 0o400, 0o777])(
    'belongs to this user alone where a file of mode %i was',
    async (mode) => {
      await writeOpenFile(file, 'old', mode);

      await writePrivateFile(file, 'secret');

      expect([await modeOf(file), await readFile(file, 'utf8')]).toEqual(['600', 'secret']);
    },
  );

  test('is not shown to those who have opened the file before', async () => {
    await writeOpenFile(file, 'old');
    const opened = await open(file);
    try {
      await writePrivateFile(file, 'secret');

      expect(await opened.readFile('utf8')).toBe('old');
    } finally {
      await opened.close();
    }
  });

  test('replaces a link instead of following it', async () => {
    const elsewhere = join(folder, 'elsewhere');
    await writeOpenFile(elsewhere, 'old');
    await symlink(elsewhere, file);

    await writePrivateFile(file, 'secret');

    expect([await readFile(elsewhere, 'utf8'), await readFile(file, 'utf8')]).toEqual(['old', 'secret']);
  });

  test('is closed to others when it is read', async () => {
    await writeOpenFile(file, 'secret');

    expect(String(await readPrivateFile(file))).toBe('secret');
    expect(await modeOf(file)).toBe('600');
  });

  test('that is not there has no content', async () => {
    expect(await readPrivateFile(file)).toBeUndefined();
  });

  test('that cannot be read is a fault', async () => {
    await writePrivateFile(file, 'secret');

    await expect(readPrivateFile(join(file, 'kms.key'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});

describe('a folder for data', () => {
  test('is created for this user alone, and so is its key', async () => {
    const data = join(folder, 'data');
    const release = await takeDataFolder(data);
    const engines = await startEngines(data);
    await engines.close();
    release();

    expect([await modeOf(data), await modeOf(join(data, 'kms.key'))]).toEqual(['700', '600']);
  });

  test('keeps its key, and closes it to others', async () => {
    const key = Buffer.alloc(32, 7);
    await writeOpenFile(join(folder, 'kms.key'), key);
    const engines = await startEngines(folder);
    await engines.close();

    expect(await modeOf(join(folder, 'kms.key'))).toBe('600');
    expect(await readFile(join(folder, 'kms.key'))).toEqual(key);
  });
});
