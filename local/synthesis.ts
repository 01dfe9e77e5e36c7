import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readAssembly, type StackTemplate } from './cloud-assembly.ts';

const repositoryRoot = fileURLToPath(new URL('..', import.meta.url));

/** The folder that keeps assemblies from run to run. Each checkout has its own. */
export const assembliesFolder = join(repositoryRoot, '.local/assemblies');

/** An assembly takes about 10 MB. */
const keptAssemblies = 30;

/** Not part of what is deployed: installed, built, or never imported by a source. */
const ignoredFolders = ['node_modules', '.git', '.local', 'cdk.out', 'coverage', 'dist', 'docs', 'test'];

export interface Synthesis {
  readonly stacks: readonly StackTemplate[];
  /** True if nothing has changed since these stacks were synthesized. */
  readonly isReused: boolean;
}

/**
 * The stacks of this checkout for a CDK context. Synthesis takes seconds, so its assembly is kept under a hash of
 * everything that it depends on, and is reused until that changes. Throws the errors of the CDK app.
 */
export async function synthesize(
  context: Readonly<Record<string, unknown>>,
  folder = assembliesFolder,
): Promise<Synthesis> {
  const assembly = join(folder, await fingerprint(context));
  await mkdir(folder, { recursive: true });
  const release = await lock(`${assembly}.lock`);
  try {
    const isReused = await exists(assembly);
    if (!isReused) {
      await runApp(context, assembly);
      await removeOldest(folder);
    }
    const now = new Date();
    await utimes(assembly, now, now);
    return { stacks: await readAssembly(assembly), isReused };
  } finally {
    await release();
  }
}

/** Changes with every source, every dependency, the version of Node.js and the context. */
async function fingerprint(context: object): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([process.version, context]));
  for (const path of (await sourcesIn(repositoryRoot)).sort())
    hash.update(`\n${relative(repositoryRoot, path)}\n`).update(await readFile(path));
  return hash.digest('hex').slice(0, 32);
}

async function sourcesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const paths = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ignoredFolders.includes(entry.name) ? [] : sourcesIn(path);
    return entry.isFile() ? [path] : [];
  });
  return (await Promise.all(paths)).flat();
}

/** Runs the CDK app as the CDK CLI would, with the same context. The CLI itself would add a second. */
async function runApp(context: object, assembly: string): Promise<void> {
  // The assembly gets its final name only when it is complete, so the rest of a broken run is never used.
  const unfinished = `${assembly}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished);
  // The bundles are CommonJS, but the repository's own package.json declares everything below it as ES modules.
  await writeFile(join(unfinished, 'package.json'), '{ "type": "commonjs" }\n');
  const cdkJson = JSON.parse(await readFile(join(repositoryRoot, 'cdk.json'), 'utf8')) as { context: object };
  const logFile = `${assembly}.log`;
  const app = spawn(process.execPath, ['bin/app.ts'], {
    cwd: repositoryRoot,
    env: {
      ...process.env,
      CDK_OUTDIR: unfinished,
      // CloudFormation's own rules take 3 s to load. `npm run synth` and every deployment check the template against
      // them.
      CDK_VALIDATION: 'false',
      CDK_CONTEXT_JSON: JSON.stringify({ ...cdkJson.context, ...context }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(logFile);
  let errors = '';
  app.stdout.pipe(log, { end: false });
  app.stderr.on('data', (chunk: Buffer) => {
    log.write(chunk);
    errors += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    app.once('error', reject).once('close', resolve),
  );
  log.end();
  if (code !== 0) throw new Error(`the CDK app failed (full log: ${logFile}):\n${summaryOf(errors)}`);
  await rm(logFile, { force: true });
  await rename(unfinished, assembly);
}

/** The lines from the first error on, without the stack trace. */
function summaryOf(errors: string): string {
  const lines = errors.split('\n');
  const first = Math.max(
    0,
    lines.findIndex((line) => /^\S*Error: |^ERROR /.test(line)),
  );
  return lines
    .slice(first)
    .filter((line) => line.trim() && !/^(\s+at |Node\.js v)/.test(line))
    .slice(0, 12)
    .join('\n');
}

/** Lets only one process at a time make an assembly; others wait. Resolves to the function that releases the lock. */
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

/** Keeps the assemblies that were used last, because a run may still start functions from them. */
async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{32}$/.test(name));
  const assemblies = await Promise.all(
    names.map(async (name) => ({ name, usedAtMs: (await stat(join(folder, name))).mtimeMs })),
  );
  const unused = assemblies.toSorted((a, b) => b.usedAtMs - a.usedAtMs).slice(keptAssemblies);
  await Promise.all(unused.map(({ name }) => rm(join(folder, name), { recursive: true, force: true })));
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
