import { spawn, spawnSync } from 'node:child_process';
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cac } from 'cac';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type Mutant, mutantsOf, plant } from './mutants.ts';
import { createScratchCopy } from './scratch-copy.ts';

/**
 * `npm run mutate -- core/deliveries`: plants one mistake after the other in scratch copies and tells which of them no
 * test sees. Journeys and fault runs are left out, because they take minutes.
 */

type Verdict = 'killed' | 'timed-out' | 'survived' | 'uncompiled';

interface Planted extends Mutant {
  readonly file: string;
}

interface Judged extends Planted {
  readonly verdict: Verdict;
}

interface Options {
  readonly sample: number;
  readonly seed: number;
  readonly workers: number;
  readonly timeout: number;
  readonly near?: boolean;
  readonly json?: string;
}

const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];
const quietly = ['--bail', '--silent'];
const slowTests = /^test\/(journey|faults|local|client|scripts)\//;

async function mutate(paths: readonly string[], options: Options): Promise<void> {
  const files = paths.flatMap((path) =>
    statSync(path).isDirectory() ? globSync(`${path}/**/*.ts`) : [path],
  );
  const all = files
    .toSorted()
    .flatMap((file) => mutantsOf(readFileSync(file, 'utf8')).map((mutant) => ({ ...mutant, file })));
  const drawn = options.sample > 0 ? draw(all, options) : all;
  console.log(`${drawn.length} of ${all.length} mistakes in ${files.length} files, seed ${options.seed}`);

  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const judged: Judged[] = [];
  const waiting = [...drawn];
  const workers = Array.from({ length: options.workers }, async () => {
    const copy = createScratchCopy();
    process.once('exit', copy.remove);
    try {
      for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
        const tests = await testsOf(mutant.file, copy.folder, options);
        const verdict = await judge(mutant, tests, copy.folder, options.timeout * 1_000);
        judged.push({ ...mutant, verdict });
        console.log(`${judged.length}/${drawn.length} ${verdict.padEnd(10)} ${describe(mutant)}`);
      }
    } finally {
      copy.remove();
    }
  });
  await Promise.all(workers);
  console.log(table(judged));
  if (options.json) writeFileSync(options.json, `${JSON.stringify(judged, null, 2)}\n`);
}

function draw<T>(all: readonly T[], { sample, seed }: Options): T[] {
  const random = xoroshiro128plus(seed);
  const left = [...all];
  return Array.from({ length: Math.min(sample, all.length) }, () =>
    left.splice(uniformInt(random, 0, left.length - 1), 1),
  ).flat();
}

/** Runs the tests that reach the file, the nearest first, until one fails. */
async function judge(
  mutant: Planted,
  tests: readonly string[][],
  folder: string,
  timeoutMs: number,
): Promise<Verdict> {
  const file = join(folder, mutant.file);
  const source = readFileSync(file, 'utf8');
  const endsAt = Date.now() + timeoutMs;
  writeFileSync(file, plant(mutant, source));
  try {
    for (const group of tests) {
      const status = await run([...jest, ...quietly, ...group], folder, endsAt - Date.now());
      if (status !== 0) return status === undefined ? 'timed-out' : 'killed';
    }
    // What the compiler refuses never reaches a test.
    const tsc = ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'];
    return (await run(tsc, folder, timeoutMs)) === 0 ? 'survived' : 'uncompiled';
  } finally {
    writeFileSync(file, source);
  }
}

const knownTests = new Map<string, Promise<string[][]>>();

/** The tests that reach a file: those of the same folder, and then all others. */
function testsOf(file: string, folder: string, options: Options): Promise<string[][]> {
  const known = knownTests.get(file) ?? findTests(file, folder, options);
  knownTests.set(file, known);
  return known;
}

async function findTests(file: string, folder: string, { near: isNearOnly }: Options): Promise<string[][]> {
  const { stdout } = spawnSync(process.execPath, [...jest, '--listTests', '--findRelatedTests', file], {
    cwd: folder,
    encoding: 'utf8',
  });
  const related = stdout
    .split('\n')
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => relative(folder, path).replaceAll('\\', '/'))
    .filter((path) => !slowTests.test(path))
    .toSorted();
  const near = related.filter((path) => path.startsWith(`test/${dirname(file)}/`));
  const far = isNearOnly ? [] : related.filter((path) => !near.includes(path));
  const groups = [near, far].filter((tests) => tests.length > 0);
  await Promise.all(groups.map((tests) => passUnchanged(tests, folder)));
  return groups;
}

const passing = new Map<string, Promise<void>>();

/** A test that fails without a mistake would seem to see every mistake. */
function passUnchanged(tests: readonly string[], folder: string): Promise<void> {
  const key = tests.join(' ');
  const known = passing.get(key) ?? runUnchanged(tests, folder);
  passing.set(key, known);
  return known;
}

async function runUnchanged(tests: readonly string[], folder: string): Promise<void> {
  const status = await run([...jest, ...quietly, ...tests], folder);
  if (status !== 0) throw new Error(`these fail without a mistake: ${tests.join(' ')}`);
}

/** The exit status, or undefined if it had to be ended. */
function run(args: readonly string[], cwd: string, timeoutMs = 600_000): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: 'ignore', detached: true });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      // Jest's workers are of its process group.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(isLate ? undefined : (code ?? 1));
    });
  });
}

function describe({ file, line, operator, replacement }: Planted): string {
  return `${file}:${line} ${operator}: ${replacement.replaceAll(/\s+/g, ' ').slice(0, 60) || 'removed'}`;
}

/** A row for each folder. Mistakes that do not compile are no part of the score. */
function table(judged: readonly Judged[]): string {
  const rows = [...Map.groupBy(judged, ({ file }) => dirname(file))].toSorted(([a], [b]) =>
    a.localeCompare(b),
  );
  const line = (folder: string, of: readonly Judged[]) => {
    const compiled = of.filter(({ verdict }) => verdict !== 'uncompiled');
    const survived = compiled.filter(({ verdict }) => verdict === 'survived').length;
    const seen = compiled.length - survived;
    const score = compiled.length === 0 ? '–' : `${Math.round((100 * seen) / compiled.length)} %`;
    return `| ${folder} | ${compiled.length} | ${seen} | ${survived} | ${score} |`;
  };
  return [
    '| Folder | Planted | Seen | Not seen | Score |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(([folder, of]) => line(folder, of)),
    line('all', judged),
  ].join('\n');
}

const cli = cac('npm run mutate --');
cli
  .command('<...paths>', 'plants mistakes in these folders or files')
  .option('--sample <count>', 'plants so many, drawn at random; 0 for all', { default: 0 })
  .option('--seed <number>', 'draws the same ones again', { default: 1 })
  .option('--workers <count>', 'tries so many at a time', { default: 2 })
  .option('--timeout <seconds>', 'ends the tests of a mistake, which then counts as seen', { default: 300 })
  .option('--near', 'runs only the tests of the same folder, which takes seconds')
  .option('--json <file>', 'writes every mistake and its verdict there')
  .action(mutate);
cli.help();
try {
  cli.parse(process.argv, { run: false });
  await cli.runMatchedCommand();
} catch (error) {
  process.stderr.write(`${(error as Error).message}; see npm run mutate -- --help\n`);
  process.exitCode = 1;
}
