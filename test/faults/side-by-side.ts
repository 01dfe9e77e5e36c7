import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';

/** A run in a process of its own, with engines, functions and a network of its own. */
export interface Job {
  readonly name: string;
  /** It measures latencies: nothing else may run at that time. */
  readonly isTimed: boolean;
  run(): Promise<JobResult>;
}

export interface JobResult {
  readonly isGood: boolean;
  /** What is to be shown of it: a row, and an explanation if it is not good. */
  readonly shown: string;
}

/** Of the processes that run a scenario now: each is the first of a group of its own. */
const running = new Set<number>();

/** A scenario takes a minute, and one that measures five. */
const longestRunMs = 15 * 60_000;

const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs jobs side by side, those that measure afterwards and one by one; tells of each as soon as it has ended. Answers with
 * how many were not good.
 */
export async function runSideBySide(
  jobs: readonly Job[],
  places: number,
  tell: (line: string) => void,
): Promise<number> {
  const limit = pLimit(places);
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    for (const pid of running) process.kill(-pid, 'SIGKILL');
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  let ended = 0;
  let failed = 0;
  const runOne = async (job: Job) => {
    if (isStopped) return;
    const { isGood, shown } = await job.run();
    ended += 1;
    if (!isGood) failed += 1;
    tell(`${String(ended).padStart(String(jobs.length).length)}/${jobs.length}  ${shown}`);
  };
  await Promise.all(jobs.filter(({ isTimed }) => !isTimed).map((job) => limit(runOne, job)));
  for (const job of jobs.filter(({ isTimed }) => isTimed)) await runOne(job);
  return isStopped ? failed + 1 : failed;
}

/** `npm run faults` for one scenario, in this checkout or in a copy of it; answers with all that it printed. */
export async function runScenarioProcess(
  args: readonly string[],
  folder = repository,
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const run = spawn(process.execPath, [join(folder, 'test/faults/run.ts'), '--rows-only', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that all of it can be ended together.
    detached: true,
  });
  const exited = once(run, 'exit') as Promise<[number | null]>;
  const pid = run.pid ?? 0;
  running.add(pid);
  const overdue = setTimeout(() => process.kill(-pid, 'SIGKILL'), longestRunMs);
  const output = (await Promise.all([text(run.stdout), text(run.stderr)])).join('');
  const [exitCode] = await exited;
  clearTimeout(overdue);
  running.delete(pid);
  const shown =
    output.trimEnd() || `${args.join(' ')}: not run: it did not end within ${longestRunMs / 60_000} minutes`;
  return { exitCode, output: shown };
}
