import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createScratchCopy } from '../../scripts/scratch-copy.ts';

export type ScratchSources = ReturnType<typeof createScratchSources>;

/** A copy of the sources that a test changes, compiles and runs. */
export function createScratchSources() {
  const { folder, remove } = createScratchCopy();
  return {
    remove,
    read: (file: string): string => readFileSync(join(folder, file), 'utf8'),
    write: (file: string, text: string): void => writeFileSync(join(folder, file), text),

    /** Puts a text before a mark in the file; throws if the mark is not there. */
    insert(file: string, text: string, mark: string): void {
      const path = join(folder, file);
      const source = readFileSync(path, 'utf8');
      if (!source.includes(mark)) throw new Error(`${file} has no ${mark}`);
      writeFileSync(
        path,
        source.replace(mark, () => text + mark),
      );
    },

    /** What the compiler says: nothing, if all is well. */
    compile(): string {
      const tsc = join(folder, 'node_modules/typescript/bin/tsc');
      const options = { cwd: folder, encoding: 'utf8' } as const;
      return spawnSync(process.execPath, [tsc, '--noEmit', '-p', '.'], options).stdout;
    },

    /** Runs a module in the copy and reads the JSON that it prints. */
    run(module: string): unknown {
      const options = { cwd: folder, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 } as const;
      return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', module], options));
    },

    generateDocs: (...options: string[]): SpawnSyncReturns<string> =>
      spawnSync(process.execPath, ['scripts/generate-docs.ts', ...options], {
        cwd: folder,
        encoding: 'utf8',
      }),
  };
}
