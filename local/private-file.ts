import { randomUUID } from 'node:crypto';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';

/** Files that hold a secret: only this user may read them. */
const ownerOnly = 0o600;

/** Replaces the file, whoever could read or had opened the one before. */
export async function writePrivateFile(file: string, content: string | Buffer): Promise<void> {
  // The mode of `writeFile` counts only for a file that it creates.
  const fresh = `${file}.${randomUUID()}.tmp`;
  await writeFile(fresh, content, { mode: ownerOnly, flag: 'wx' });
  await rename(fresh, file);
}

/** The content, or undefined if there is no such file. Takes away the rights that others may have on it. */
export async function readPrivateFile(file: string): Promise<Buffer | undefined> {
  try {
    await chmod(file, ownerOnly);
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
