import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { until } from './until.ts';

/**
 * Two terminals of somebody who follows the README: one in which `npm start` goes on running, and one for all that follows. Runs
 * where every port is free. Prints what each terminal showed, and how each block ended, as JSON.
 */
export interface ReadmeInput {
  readonly folder: string;
  /** The block that starts, and what it prints once the reader may go on. */
  readonly start: { readonly block: string; readonly awaits: string };
  readonly blocks: readonly {
    readonly block: string;
    /** What the reader sees before going on, in either terminal. */
    readonly awaits: readonly string[];
  }[];
}

export interface ReadmeReport {
  readonly first: string;
  readonly second: string;
  /** Of each block, in order. */
  readonly statuses: readonly number[];
}

/** Everything is installed by the time a test runs. */
const withoutInstalling = 'npm() { [ "$1" = ci ] || command npm "$@"; }';

const { folder, start, blocks } = (await json(process.stdin)) as ReadmeInput;

interface Terminal {
  readonly shell: ChildProcess;
  shown(): string;
  /** Enters the block, as if it was pasted. */
  enter(block: string): Promise<void>;
}

function openTerminal(name: string): Terminal {
  const shell = spawn('bash', [], { cwd: folder, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  let shown = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream?.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
    });
  shell.stdin?.write(`${withoutInstalling}\n`);
  let entered = 0;
  return {
    shell,
    shown: () => shown,
    async enter(block) {
      entered += 1;
      const file = join(folder, '..', `${name}-${entered}.sh`);
      await writeFile(file, block);
      // What runs in the block must not read the blocks that follow.
      shell.stdin?.write(`. '${file}' < /dev/null; printf '\\nstatus %s of block %s\\n' "$?" ${entered}\n`);
    },
  };
}

function end({ shell }: Terminal): void {
  if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGTERM');
}

const first = openTerminal('first');
const second = openTerminal('second');
const statuses: number[] = [];
let fault = '';
try {
  await first.enter(start.block);
  await until(start.awaits, () => first.shown().includes(start.awaits), { patienceMs: 200_000 });
  for (const [index, { block, awaits }] of blocks.entries()) {
    await second.enter(block);
    const ended = new RegExp(`^status (\\d+) of block ${index + 1}$`, 'm');
    const [, status] = await until(block, () => ended.exec(second.shown()) ?? undefined);
    statuses.push(Number(status));
    for (const text of awaits)
      await until(text, () => first.shown().includes(text) || second.shown().includes(text));
  }
} catch (error) {
  fault = `\n${String(error)}\n`;
}
end(first);
end(second);
const report: ReadmeReport = { first: `${first.shown()}${fault}`, second: second.shown(), statuses };
process.stdout.write(JSON.stringify(report), () => process.exit());
