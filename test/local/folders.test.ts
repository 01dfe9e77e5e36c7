import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checkRoom, takeDataFolder, takeLocalFolder } from '../../local/folders.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webhooks-folders-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function takeLocal(path: string) {
  return takeLocalFolder(path, join(path, 'logs'), join(path, 'outputs.json'));
}

const ways = [
  ['--local-folder', takeLocal],
  ['--data', takeDataFolder],
] as const;

describe.each(ways)('the folder of %s', (option, take) => {
  test('belongs to one run at a time', async () => {
    const path = join(folder, 'taken');
    const release = await take(path);

    await expect(take(path)).rejects.toThrow(
      `${path} is in use by another run; stop that run, or choose another folder with ${option}`,
    );
    release();
    (await take(path))();
  });

  test('is free again when the process that took it was killed', async () => {
    const path = join(folder, 'taken');
    const arguments_ = option === '--data' ? [path] : [path, join(path, 'logs'), join(path, 'outputs.json')];
    const program = `
      import { takeDataFolder, takeLocalFolder } from '${new URL('../../local/folders.ts', import.meta.url).href}';
      const take = ${option === '--data' ? 'takeDataFolder' : 'takeLocalFolder'};
      globalThis.release = await take(...${JSON.stringify(arguments_)});
      process.kill(process.pid, 'SIGKILL');`;
    const dying = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    await expect(dying).rejects.toMatchObject({ signal: 'SIGKILL' });

    (await take(path))();
  });

  test('is not used below a file', async () => {
    await writeFile(join(folder, 'file'), '');
    const path = join(folder, 'file', 'below');

    await expect(take(path)).rejects.toThrow(
      `${path} cannot be used, because part of the path is a file; choose another folder with ${option}`,
    );
  });

  test.each(['/proc/webhooks', '/sys/webhooks'])('is not used where nobody may write: %s', async (path) => {
    await expect(take(path)).rejects.toThrow(
      new RegExp(`^${path} cannot be used, because .+; choose another folder with ${option}$`),
    );
  });
});

test('the folder of --data may hold the data of an earlier run, and nothing else', async () => {
  const path = join(folder, 'data');
  await mkdir(join(path, 'sqs'), { recursive: true });
  (await takeDataFolder(path))();
  await writeFile(join(path, 'letter.txt'), '');

  await expect(takeDataFolder(path)).rejects.toThrow(
    `--data ${path}: contains other files (letter.txt); choose an empty folder, or that of an earlier run`,
  );
});

test('the parent of the folder of --data is not created: it may be misspelt', async () => {
  const path = join(folder, 'missing', 'data');

  await expect(takeDataFolder(path)).rejects.toThrow(
    `${path} cannot be used, because its parent folder does not exist; choose another folder with --data`,
  );
});

test('the local folder is created with its parents, but not over a folder in the place of its outputs', async () => {
  const path = join(folder, 'a', 'b');
  (await takeLocal(path))();
  await mkdir(join(path, 'outputs.json'));

  await expect(takeLocal(path)).rejects.toThrow(
    `${join(path, 'outputs.json')} is a folder; remove it, or choose another folder with --local-folder`,
  );
});

test('a disk with too little room is noticed, with how much is needed', async () => {
  await checkRoom('--data', folder, 1);

  await expect(checkRoom('--data', folder, 2 ** 60)).rejects.toThrow(
    new RegExp(
      `^${folder} has \\d+ MB of free space and a run needs 1099511627776 MB; make room, or choose a folder on another disk with --data$`,
    ),
  );
});
