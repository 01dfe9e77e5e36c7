import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { stageSettings } from '../../core/settings/stage-settings.ts';
import { takeDataFolder, takeLocalFolder } from '../../local/folders.ts';

/** What people do wrong when they start it: one sentence with the remedy, and at once. */

// Each test starts the command, which reads its sources anew.
jest.setTimeout(120_000);

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let server: Server;
let takenPort: string;
const releases: (() => void)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webhooks-mistakes-'));
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  takenPort = String((server.address() as { port: number }).port);
  const local = join(folder, 'local-in-use');
  releases.push(await takeLocalFolder(local, join(local, 'logs'), join(local, 'outputs.json')));
  releases.push(await takeDataFolder(join(folder, 'data-in-use')));
  await writeFile(join(folder, 'file'), '');
});
afterAll(async () => {
  for (const release of releases) release();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm start -- ARGS`, as npm runs it. `FOLDER` and `TAKEN` stand for what a test cannot know before. */
async function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const known = (text: string) => text.replaceAll('FOLDER', folder).replaceAll('TAKEN', takenPort);
  const variables = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, known(value)]));
  const run = promisify(execFile)(process.execPath, ['local/start.ts', ...args.map(known)], {
    cwd: repositoryRoot,
    env: { ...process.env, PORT: '0', NODE_OPTIONS: '', ...variables },
    timeout: 60_000,
  });
  return run.then(
    (result) => ({ code: 0, ...result }),
    (error: Ended) => error,
  );
}

const local = ['--local-folder', 'FOLDER/local'];

test.each<[string, string[], Record<string, string>, string]>([
  ['an unknown option', ['--onc'], {}, '--onc: there is no such option; did you mean --once?'],
  [
    'an option of two words',
    ['--recever-port', '1'],
    {},
    '--recever-port: there is no such option; did you mean --receiver-port?',
  ],
  [
    'an option like no other',
    ['--quickly'],
    {},
    '--quickly: there is no such option; npm start -- --help lists the options',
  ],
  ['an option without its value', ['--data'], {}, 'option `--data <folder>` value is missing'],
  ['a word that is no option', ['once'], {}, 'once: not an option; npm start -- --help lists them'],
  [
    'an option that npm kept for itself',
    [],
    { npm_lifecycle_event: 'start', npm_config_once: 'true' },
    '--once: npm keeps options for itself; write npm start -- --once',
  ],
  ['a port beyond all ports', [], { PORT: '99999' }, 'PORT=99999: must be a port from 0 to 65535'],
  [
    'a taken port for the API',
    local,
    { PORT: 'TAKEN' },
    'port TAKEN is taken; choose another one, as in PORT=3001 npm start',
  ],
  [
    'a taken port for the receiver',
    [...local, '--receiver-port', 'TAKEN'],
    {},
    'port TAKEN is taken; choose another one with --receiver-port',
  ],
  [
    'no number of seconds',
    ['--patience-seconds', 'long'],
    {},
    '--patience-seconds=long: must be a number above 0, up to 86400',
  ],
  ['a setting without a value', ['-c', 'cacheMs'], {}, '-c cacheMs: must be key=value, as in -c stage=dev'],
  [
    'an unknown setting',
    ['-c', 'cachMs=500'],
    {},
    '-c cachMs: there is no such setting; did you mean cacheMs?',
  ],
  [
    'a setting with a wrong value',
    ['-c', 'cacheMs=7'],
    {},
    `-c cacheMs: must be ${stageSettings.cacheMs.mustBe}, and not 7`,
  ],
  [
    'the folder of another run',
    ['--local-folder', 'FOLDER/local-in-use'],
    {},
    'FOLDER/local-in-use is in use by another run; stop that run, or choose another folder with --local-folder',
  ],
  [
    'the data of another run',
    [...local, '--data', 'FOLDER/data-in-use'],
    {},
    'FOLDER/data-in-use is in use by another run; stop that run, or choose another folder with --data',
  ],
  [
    'a file as the local folder',
    ['--local-folder', 'FOLDER/file'],
    {},
    'FOLDER/file cannot be used, because part of the path is a file; choose another folder with --local-folder',
  ],
  [
    'a file as the folder for data',
    [...local, '--data', 'FOLDER/file'],
    {},
    'FOLDER/file cannot be used, because a file has this name; choose another folder with --data',
  ],
  [
    'a folder that nobody can create',
    [...local, '--data', 'FOLDER/missing/data'],
    {},
    'FOLDER/missing/data cannot be used, because its parent folder does not exist; choose another folder with --data',
  ],
])('%s is answered with one sentence, before the stacks are synthesized', async (_, args, env, sentence) => {
  const { code, stdout, stderr } = await start(args, env);

  const said = sentence.replaceAll('FOLDER', folder).replaceAll('TAKEN', takenPort);
  expect(stderr.trim()).toBe(`The local run failed: ${said}`);
  expect(stdout).not.toContain('stacks');
  expect(code).toBe(1);
});

test('--help lists every setting with its default', async () => {
  const { code, stdout } = await start(['--help']);

  for (const name of Object.keys(stageSettings))
    expect(stdout).toMatch(new RegExp(`^ +${name} \\(default: .+\\)$`, 'm'));
  expect(code).toBe(0);
});

describe('without what everything needs', () => {
  const requireNode = join(repositoryRoot, 'scripts/require-node.cjs');

  test('an old Node is told which one is needed', () => {
    const pretend = `Object.defineProperty(process, 'version', { value: 'v20.1.0' });
      Object.defineProperty(process, 'versions', { value: { node: '20.1.0' } });
      require(${JSON.stringify(requireNode)});`;
    const { status, stderr } = spawnSync(process.execPath, ['--eval', pretend], { encoding: 'utf8' });

    expect(stderr).toMatch(
      /^Node 24 is needed and this is v20\.1\.0\. On .+ `npm ci` brings it; elsewhere install it\.\n$/,
    );
    expect(status).toBe(1);
  });

  test.each([
    [false, 1, 'The packages are not installed yet; run npm ci first.\n'],
    [true, 0, ''],
  ])('packages installed: %s', async (isInstalled, expected, said) => {
    const checkout = await mkdtemp(join(folder, 'checkout-'));
    await mkdir(join(checkout, 'scripts'));
    await cp(requireNode, join(checkout, 'scripts/require-node.cjs'));
    if (isInstalled) await symlink(join(repositoryRoot, 'node_modules'), join(checkout, 'node_modules'));
    const { status, stderr } = spawnSync(process.execPath, [join(checkout, 'scripts/require-node.cjs')], {
      encoding: 'utf8',
    });

    expect([status, stderr]).toEqual([expected, said]);
  });
});
