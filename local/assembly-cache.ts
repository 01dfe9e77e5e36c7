import {
  access,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** An assembly takes about 10 MB. */
const keptAssemblies = 30;

/** A run that is still going may start functions from an assembly for so long, whatever was made since. */
const inUseMs = 24 * 3_600_000;

/** What a killed process has left behind is removed after so long. */
const leftoverMs = 3_600_000;

const keyPattern = /^[0-9a-f]{32}$/;

export interface Kept {
  readonly assembly: string;
  /** True if the assembly was there already. */
  readonly isReused: boolean;
}

/**
 * Finds the assembly with this key, or makes it. `make` fills a folder, and returns false if what it made must not be kept
 * under the key; then the result is undefined. Processes that want the same assembly at the same time wait for the first.
 */
export async function keepAssembly(
  folder: string,
  key: string,
  make: (unfinished: string) => Promise<boolean>,
): Promise<Kept | undefined> {
  await createFolder(folder);
  const assembly = join(folder, key);
  const release = await lock(`${assembly}.lock`);
  try {
    const isReused = await exists(assembly);
    if (!isReused && !(await publish(assembly, make))) return undefined;
    const now = new Date();
    await utimes(assembly, now, now);
    if (!isReused) await prune(folder, now.getTime());
    return { assembly, isReused };
  } finally {
    await release();
  }
}

async function createFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${folder} cannot be created (${code}); the synthesized stacks are kept there`, {
      cause: error,
    });
  }
}

/** Each process fills a folder of its own, which gets its final name when it is complete. */
async function publish(assembly: string, make: (unfinished: string) => Promise<boolean>): Promise<boolean> {
  const unfinished = await mkdtemp(`${assembly}.unfinished-`);
  try {
    if (!(await make(unfinished))) return false;
    await rename(unfinished, assembly).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster, because a lock was taken for abandoned. Both have made the same.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    return true;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** The lock saves work. Nothing breaks if two processes hold it. */
async function lock(file: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (await isAbandoned(file)) await rm(file, { force: true });
      else await setTimeout(50);
    }
  }
}

/** True if the process that holds the lock has died or hangs. */
async function isAbandoned(lockFile: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(lockFile);
    const holder = Number(await readFile(lockFile, 'utf8'));
    return Date.now() - mtimeMs > 120_000 || (holder > 0 && !isAlive(holder));
  } catch {
    // The lock was released at this moment.
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes the assemblies that were not used for the longest time, and what killed processes have left behind. */
async function prune(folder: string, nowMs: number): Promise<void> {
  const entries = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found ? [{ name, ageMs: nowMs - found.mtimeMs }] : [];
    }),
  );
  const byAge = entries.flat().toSorted((a, b) => a.ageMs - b.ageMs);
  const unused = byAge
    .filter(({ name }) => keyPattern.test(name))
    .slice(keptAssemblies)
    .filter(({ ageMs }) => ageMs > inUseMs);
  const leftovers = byAge.filter(({ name, ageMs }) => !keyPattern.test(name) && ageMs > leftoverMs);
  await Promise.all([...unused, ...leftovers].map(({ name }) => remove(join(folder, name))));
}

/** Under another name first: a removal that is cut off must not leave part of an assembly under its key. */
async function remove(path: string): Promise<void> {
  const removed = `${path}.removed`;
  await rename(path, removed).catch(() => undefined);
  await rm(removed, { recursive: true, force: true });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
