import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));

/** Installed or built, not written: the copy shares the installed packages by a link and has none of the rest. */
const leftOut = new Set(['node_modules', '.git', 'cdk.out', '.local', 'coverage', 'dist']);

export interface ScratchCopy {
  readonly folder: string;
  remove(): void;
}

/** A copy of the sources in which a check may plant a defect, committed files and new ones alike. */
export function createScratchCopy(): ScratchCopy {
  // The real path: on some systems the temporary folder is a link, and tools report files by their real path.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'iomnihub-webhooks-')));
  cpSync(repository, folder, { recursive: true, filter: (source) => !leftOut.has(basename(source)) });
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
