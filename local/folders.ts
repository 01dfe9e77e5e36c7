import { access, constants, mkdir, open, readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The folders of a run. Every error is one sentence that ends with what to do about it. */

/** Free space that a run needs, for its stacks, logs and data. */
const neededBytes = 64 * 1024 * 1024;

/** Held by the run that uses the folder. */
const lockName = 'run.lock';

const dataNames = ['sqs', 'dynamodb', 'kms.key', lockName];

/** Gives the folder free. */
export type Release = () => void;

/** Creates the folder for outputs and logs, and takes it for this process. */
export async function takeLocalFolder(
  folder: string,
  logFolder: string,
  outputsFile: string,
): Promise<Release> {
  const option = '--local-folder';
  await asSentence(option, folder, () => createFolders(logFolder));
  if ((await statOf(outputsFile))?.isDirectory())
    throw new Error(`${shown(outputsFile)} is a folder; remove it, or choose another folder with ${option}`);
  await asSentence(option, logFolder, () => access(logFolder, constants.W_OK));
  return take(option, folder);
}

/** Creates the folder that keeps the data, and takes it for this process. Its parent has to exist. */
export async function takeDataFolder(folder: string): Promise<Release> {
  const option = '--data';
  const known = await statOf(folder);
  if (known?.isFile()) throw unusable(option, folder, 'EEXIST');
  if (!known) await asSentence(option, folder, () => mkdir(folder, { mode: 0o700 }));
  const names = await asSentence(option, folder, () => readdir(folder));
  const foreign = names.filter((name) => !isOfData(name));
  if (foreign.length > 0) {
    throw new Error(
      `${option} ${shown(folder)}: contains other files (${foreign.slice(0, 3).join(', ')}); choose an empty folder, or that of an earlier run`,
    );
  }
  return take(option, folder);
}

/** Throws if the disk has less room than a run needs. */
export async function checkRoom(option: string, folder: string, needed = neededBytes): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(folder);
  // Some file systems do not know their size.
  if (blocks === 0 || bavail * bsize >= needed) return;
  throw new Error(
    `${shown(folder)} has ${megabytes(bavail * bsize)} of free space and a run needs ${megabytes(needed)}; make room, or choose a folder on another disk with ${option}`,
  );
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MB`;
}

async function take(option: string, folder: string): Promise<Release> {
  await asSentence(option, folder, () => touch(join(folder, lockName)));
  await checkRoom(option, folder);
  // The system gives this lock free when the process ends, however it ends.
  const lock = new DatabaseSync(join(folder, lockName));
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new Error(
      `${shown(folder)} is in use by another run; stop that run, or choose another folder with ${option}`,
      { cause: error },
    );
  }
  return () => lock.close();
}

/** SQLite keeps a file beside a database while it is written. */
function isOfData(name: string): boolean {
  return dataNames.some((known) => name === known || name === `${known}-journal`);
}

/** Shows that this user may write the file. */
async function touch(file: string): Promise<void> {
  await (await open(file, 'a')).close();
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'its file system is read-only',
  EEXIST: 'a file has this name',
  ENOTDIR: 'part of the path is a file',
  ENOENT: 'its parent folder does not exist',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENAMETOOLONG: 'its name is too long',
  EISDIR: 'a folder has the name of a file that the run writes',
};

async function asSentence<T>(option: string, folder: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw unusable(option, folder, (error as NodeJS.ErrnoException).code ?? '', error);
  }
}

function unusable(option: string, folder: string, code: string, cause?: unknown): Error {
  const reason = reasons[code] ?? `it cannot be opened (${code})`;
  const sentence = `${shown(folder)} cannot be used, because ${reason}; choose another folder with ${option}`;
  return new Error(sentence, { cause });
}

/** `mkdir` with `recursive` does not end where the file system lets nobody create anything, as in /proc. */
async function createFolders(folder: string): Promise<void> {
  if (await statOf(folder)) return;
  try {
    await mkdir(folder);
  } catch (error) {
    // Another run may have created it meanwhile.
    if (await statOf(folder)) return;
    const parent = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    if (await statOf(parent)) throw Object.assign(new Error(), { code: 'EPERM', cause: error });
    await createFolders(parent);
    await createFolders(folder);
  }
}

function statOf(path: string) {
  return stat(path).catch(() => undefined);
}

/** As people know it: seen from where they are, if it is below. */
export function shown(path: string): string {
  const seen = relative(process.cwd(), path);
  return seen.startsWith('..') || seen === '' ? path : seen;
}
