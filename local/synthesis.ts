import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepAssembly } from './assembly-cache.ts';
import { readAssembly, type StackTemplate } from './cloud-assembly.ts';

const repositoryRoot = fileURLToPath(new URL('..', import.meta.url));

/** The folder that keeps assemblies from run to run. Each checkout has its own. */
export const assembliesFolder = join(repositoryRoot, '.local/assemblies');

/** Not part of what is deployed: installed, built, or never imported by a source. */
const ignoredFolders = ['node_modules', '.git', '.local', 'cdk.out', 'coverage', 'dist'];
const ignoredAtTheTop = ['bench', 'docs', 'test'];

/** The one document that a function serves. */
const servedDocument = 'docs/openapi.json';

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
  for (;;) {
    const key = await fingerprint(context);
    const kept = await keepAssembly(folder, key, async (unfinished) => {
      await runApp(context, unfinished);
      // False if somebody has saved a source meanwhile: nobody knows whether the assembly has it.
      return (await fingerprint(context)) === key;
    });
    if (kept) return { stacks: await readAssembly(kept.assembly), isReused: kept.isReused };
  }
}

/** Changes with every source, every dependency, the version of Node.js and the context. */
export async function fingerprint(context: object): Promise<string> {
  const paths = [...(await sourcesIn(repositoryRoot)), join(repositoryRoot, servedDocument)];
  const hash = createHash('sha256').update(JSON.stringify([process.version, context]));
  for (const path of paths.sort()) {
    // A file that an editor has just removed counts as empty.
    const content = await readFile(path).catch(() => '');
    hash.update(`\n${relative(repositoryRoot, path)}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

async function sourcesIn(folder: string): Promise<string[]> {
  const ignored = folder === repositoryRoot ? [...ignoredFolders, ...ignoredAtTheTop] : ignoredFolders;
  const entries = await readdir(folder, { withFileTypes: true });
  const paths = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ignored.includes(entry.name) ? [] : sourcesIn(path);
    return entry.isFile() ? [path] : [];
  });
  return (await Promise.all(paths)).flat();
}

/** Runs the CDK app as the CDK CLI would, with the same context. The CLI itself would add a second. */
async function runApp(context: object, outdir: string): Promise<void> {
  // The bundles are CommonJS, but the repository's own package.json declares everything below it as ES modules.
  await writeFile(join(outdir, 'package.json'), '{ "type": "commonjs" }\n');
  const cdkJson = JSON.parse(await readFile(join(repositoryRoot, 'cdk.json'), 'utf8')) as { context: object };
  const logFile = `${outdir}.log`;
  const app = spawn(process.execPath, ['bin/app.ts'], {
    cwd: repositoryRoot,
    env: {
      ...process.env,
      CDK_OUTDIR: outdir,
      // CloudFormation's own rules take 3 s to load. `npm run synth` and every deployment check the template against
      // them.
      CDK_VALIDATION: 'false',
      // Stacks are kept by what their sources hold, whichever commit that was.
      COMMIT: 'local',
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
