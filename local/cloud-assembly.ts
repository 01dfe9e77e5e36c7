import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A resource as it stands in a template, intrinsic functions and all. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** One synthesized stack. */
export interface StackTemplate {
  readonly name: string;
  readonly resources: Readonly<Record<string, TemplateResource>>;
  readonly outputs: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
  /** Folder of an asset by its key in the assets bucket. */
  readonly assetFolders: ReadonlyMap<string, string>;
}

const repositoryRoot = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs the CDK app as the CDK CLI would, with the same context, and answers with the stacks. The CLI itself would only
 * add a second to every start.
 */
export async function synthesize(context: Record<string, unknown>, folder: string): Promise<StackTemplate[]> {
  const assembly = join(folder, 'cdk.out');
  await mkdir(assembly, { recursive: true });
  // The bundles are CommonJS, and the repository's own package.json says otherwise for everything below it.
  await writeFile(join(assembly, 'package.json'), '{ "type": "commonjs" }\n');
  const cdkJson = JSON.parse(await readFile(join(repositoryRoot, 'cdk.json'), 'utf8')) as { context: object };
  await runApp({ ...cdkJson.context, ...context }, assembly, join(folder, 'synth.log'));
  return readAssembly(assembly);
}

async function runApp(context: object, assembly: string, logFile: string): Promise<void> {
  const app = spawn(process.execPath, ['bin/app.ts'], {
    cwd: repositoryRoot,
    env: { ...process.env, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify(context) },
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
  if (code !== 0)
    throw new Error(`the stacks do not synthesize (all of it: ${logFile}):\n${summaryOf(errors)}`);
}

/** From the first error on, without the stack trace. */
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

interface Manifest {
  readonly artifacts: Record<
    string,
    { type: string; properties?: { templateFile?: string; stackName?: string } }
  >;
}

interface AssetManifest {
  readonly files: Record<
    string,
    { source: { path: string }; destinations: Record<string, { objectKey: string }> }
  >;
}

async function readAssembly(assembly: string): Promise<StackTemplate[]> {
  const { artifacts } = await readJson<Manifest>(join(assembly, 'manifest.json'));
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  return Promise.all(
    stacks.map(async ([id, { properties }]) => {
      const template = await readJson<{
        Resources: StackTemplate['resources'];
        Outputs?: StackTemplate['outputs'];
      }>(join(assembly, properties?.templateFile ?? `${id}.template.json`));
      const { files } = await readJson<AssetManifest>(join(assembly, `${id}.assets.json`));
      const assetFolders = Object.values(files).flatMap(({ source, destinations }) =>
        Object.values(destinations).map(({ objectKey }) => [objectKey, join(assembly, source.path)] as const),
      );
      return {
        name: properties?.stackName ?? id,
        resources: template.Resources,
        outputs: template.Outputs ?? {},
        assetFolders: new Map(assetFolders),
      };
    }),
  );
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T;
}
