import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createScratchCopy } from '../../scripts/scratch-copy.ts';

export type ChangedCopy = ReturnType<typeof createChangedCopy>;

/** A copy of the sources, for tests of what one more entry in a list is enough for. */
export function createChangedCopy() {
  const { folder, remove } = createScratchCopy();
  const options = {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
    maxBuffer: 16 * 1024 * 1024,
    // CloudFormation's own rules take seconds to load. `npm run check` holds the templates to them.
    env: { ...process.env, CDK_VALIDATION: 'false' },
  } as const;
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);

  return {
    folder,
    read,
    write,
    remove,

    /** Throws if the file does not hold what is to be replaced. */
    replace(file: string, old: string, replacement: string): void {
      const text = read(file);
      if (!text.includes(old)) throw new Error(`${file} has no ${old}`);
      write(file, text.replace(old, replacement));
    },

    /** Puts a text before a mark. Throws if the mark is not there. */
    insert(file: string, text: string, mark: string): void {
      const source = read(file);
      if (!source.includes(mark)) throw new Error(`${file} has no ${mark}`);
      write(
        file,
        source.replace(mark, () => text + mark),
      );
    },

    /** What the compiler says: nothing, if all is well. With files, it sees no more than these and what they import. */
    compile(...files: string[]): string {
      const tsc = join(folder, 'node_modules/typescript/bin/tsc');
      const part = 'tsconfig.part.json';
      if (files.length > 0) write(part, JSON.stringify({ extends: './tsconfig.json', include: [], files }));
      const project = files.length > 0 ? part : '.';
      return spawnSync(process.execPath, [tsc, '--noEmit', '-p', project], options).stdout;
    },

    /** Runs a module in the copy and reads the JSON that it prints. */
    run(module: string): unknown {
      return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', module], options));
    },

    generateDocs: (...args: string[]) =>
      spawnSync(process.execPath, ['scripts/generate-docs.ts', ...args], options),

    /** Runs one of the copy's programs. */
    start(...command: string[]) {
      return spawnSync(process.execPath, command, options);
    },
  };
}
