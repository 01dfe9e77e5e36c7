import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { publint } from 'publint';
import { type LocalServer, serveAwsJson } from '../../local/http-server.ts';
import { uniqueId } from '../support/builders.ts';

const run = promisify(execFile);
const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));
const backendSource = readFileSync(join(repositoryRoot, 'test/client/consumers/backend.ts.txt'), 'utf8');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
}

/**
 * What a backend gets that installs the package: the packed files, and what they name as dependencies. These and the
 * compiler are links to the packages of this repository, so that nothing is fetched.
 */
describe('the packed client', () => {
  let folder: string;
  let tarball: string;
  let installed: string;
  let eventBridge: LocalServer;
  const received: unknown[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backend-'));
    const options = ['--workspace', 'client', '--json', '--pack-destination', folder, '--loglevel', 'error'];
    const { stdout } = await run('npm', ['pack', ...options], { cwd: repositoryRoot });
    const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }];
    tarball = join(folder, filename);
    installed = join(folder, 'node_modules/@iomnihub/webhooks-client');
    mkdirSync(installed, { recursive: true });
    await run('tar', ['-xzf', tarball, '-C', installed, '--strip-components', '1']);
    for (const dependency of [...Object.keys(manifest().dependencies), '@types/node', 'undici-types']) {
      mkdirSync(dirname(join(folder, 'node_modules', dependency)), { recursive: true });
      symlinkSync(join(repositoryRoot, 'node_modules', dependency), join(folder, 'node_modules', dependency));
    }
    eventBridge = await serveAwsJson({
      PutEvents(input) {
        const { Entries } = input as { Entries: unknown[] };
        received.push(...Entries);
        return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: uniqueId('envelope') })) };
      },
    });
  });
  afterAll(async () => {
    await eventBridge.close();
    rmSync(folder, { recursive: true });
  });

  function manifest(): Manifest {
    return JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest;
  }

  /** Runs a file of the backend against a PutEvents of our own, and returns what it printed. */
  async function runBackend(file: string): Promise<unknown> {
    received.length = 0;
    const { stdout } = await run(process.execPath, [file], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        AWS_REGION: 'us-east-1',
        AWS_ENDPOINT_URL_EVENTBRIDGE: eventBridge.url,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      },
    });
    return JSON.parse(stdout);
  }

  const asExpected = { published: 1, reasons: ['1 invalid'], misspelt: 'function' };

  const root = '@iomnihub/webhooks-client';
  const subpath = '@iomnihub/webhooks-client/publisher';

  test.each([
    ['an ES module', root, 'run.mjs', `import { createPublisher } from '${root}';`],
    ['an ES module', subpath, 'run.mjs', `import { createPublisher } from '${subpath}';`],
    ['CommonJS', root, 'run.cjs', `const { createPublisher } = require('${root}');`],
    ['CommonJS', subpath, 'run.cjs', `const { createPublisher } = require('${subpath}');`],
  ])('runs in %s that loads %s', async (_, _client, file, load) => {
    writeFileSync(
      join(folder, file),
      `${load}
       createPublisher({ eventBusName: 'events' }).publish([null]).then((result) => console.log(JSON.stringify(result)));`,
    );
    expect(await runBackend(file)).toMatchObject({ published: [], unpublished: [{ reason: 'invalid' }] });
  });

  test.each([
    ['an ES module of nodenext', root, 'module', ['--module', 'nodenext']],
    ['CommonJS of nodenext', subpath, 'commonjs', ['--module', 'nodenext']],
    ['an ES module of node16', subpath, 'module', ['--module', 'node16', '--skipLibCheck']],
    ['CommonJS of node16', root, 'commonjs', ['--module', 'node16', '--skipLibCheck']],
    ['CommonJS, resolved as by a bundler', root, 'commonjs', ['--module', 'commonjs', '--skipLibCheck']],
  ])('compiles with its types, and publishes, in TypeScript as %s', async (_, client, type, module) => {
    await compile(type, client, [...module, '--outDir', 'out']);
    expect(await runBackend('out/backend.js')).toEqual(asExpected);
    expect(received).toMatchObject([{ EventBusName: 'events', DetailType: 'customer.created' }]);
  });

  test('compiles with its types, and publishes, in TypeScript that a bundler bundles', async () => {
    const options = ['--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit', '--skipLibCheck'];
    await compile('module', root, options);
    const outfile = join(folder, 'bundled.cjs');
    const entryPoints = [join(folder, 'backend.ts')];
    await build({ entryPoints, bundle: true, platform: 'node', outfile, logLevel: 'silent' });
    expect(await runBackend(outfile)).toEqual(asExpected);
    expect(received).toHaveLength(1);
  });

  async function compile(type: string, client: string, options: readonly string[]): Promise<void> {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
    writeFileSync(join(folder, 'backend.ts'), backendSource.replace('CLIENT', client));
    const compiler = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
    const checks = ['--strict', '--exactOptionalPropertyTypes', '--types', 'node', '--ignoreConfig'];
    await run(process.execPath, [compiler, ...checks, ...options, 'backend.ts'], { cwd: folder });
  }

  test('resolves with its types for every kind of importer', async () => {
    const packed = createPackageFromTarballData(new Uint8Array(readFileSync(tarball)));
    const checked = await checkPackage(packed);
    expect(checked).toMatchObject({ types: { kind: 'included' }, problems: [] });
  });

  test('has a manifest without a fault', async () => {
    const bytes = readFileSync(tarball);
    const { messages } = await publint({ pack: { tarball: Uint8Array.from(bytes).buffer }, strict: true });
    expect(messages).toEqual([]);
  });

  test('holds the build of the sources as they are, its manifest, a README and the licence', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball]);
    const files = stdout
      .trim()
      .split('\n')
      .map((file) => file.replace('package/', ''));
    const built = /^dist\/(?:esm|cjs)\/(.+?)(?:\.d\.ts|\.js)$/;
    const isBuilt = (file: string) => {
      const [, source] = built.exec(file) ?? [];
      return source !== undefined && existsSync(join(repositoryRoot, `${source}.ts`));
    };
    expect(files.filter((file) => !isBuilt(file)).toSorted()).toEqual([
      'LICENSE',
      'README.md',
      'dist/cjs/package.json',
      'package.json',
    ]);
    expect(files).toContain('dist/cjs/client/publisher.d.ts');
    expect(files).toContain('dist/esm/client/publisher.d.ts');
  });

  test('names every module that it loads or whose types it shows, and no other', async () => {
    const { stdout } = await run(
      'grep',
      ['-rhoE', String.raw`(from|require\(|import\() ?'[^'.][^']*'`, 'dist'],
      {
        cwd: installed,
      },
    );
    const modules = stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(/^[^']*'|'$/g, ''));
    const packages = modules
      .filter((module) => !module.startsWith('node:'))
      .map((module) => module.split('/', module.startsWith('@') ? 2 : 1).join('/'));
    expect([...new Set(packages)].toSorted()).toEqual(Object.keys(manifest().dependencies).toSorted());
  });
});
