import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { eventTypes } from '../../core/events/event-catalog.ts';
import { startLocalRun, startLocalRunIn } from '../support/local-run.ts';

jest.setTimeout(120_000);

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

test('npm start ends when npm is ended by a signal that reaches nobody else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-'));
  const npm = spawn('npm', ['start', '--', '--local-folder', folder], {
    cwd: repositoryRoot,
    env: { ...process.env, PORT: '0', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(npm.stdout)) if (line.includes('HTTP API')) break;
  npm.kill('SIGTERM');
  // It is closed once the last process has gone that may write to it.
  npm.stdout.resume();
  await once(npm, 'close');
  await rm(folder, { recursive: true, force: true });
  expect(npm.signalCode ?? npm.exitCode).not.toBe(0);
});

describe('npm start -- --once', () => {
  let proxy: Server | undefined;
  afterEach(() => {
    proxy?.close();
  });

  /** Stands between the deliverer and the demo receiver; `change` sees each body, undefined withholds it. */
  async function startThroughProxy(change: (body: Buffer) => Buffer | undefined, ...args: string[]) {
    const receiverPort = await freePort();
    const server = createServer((request, response) => {
      void buffer(request).then((body) => {
        const changed = change(body);
        if (!changed) return response.writeHead(200).end();
        const options = { port: receiverPort, path: request.url, method: 'POST', headers: request.headers };
        return httpRequest({ host: '127.0.0.1', ...options }, (answer) => {
          response.writeHead(answer.statusCode ?? 500);
          answer.pipe(response);
        }).end(changed);
      });
    });
    proxy = server;
    const port = await listen(server);
    return startLocalRun(
      '--once',
      `--receiver-port=${receiverPort}`,
      `--callback-url=http://127.0.0.1:${port}/hooks/iomnihub`,
      ...args,
    );
  }

  test('shows a verified callback of every event type and exits 0', async () => {
    const run = await startThroughProxy((body) => body);
    expect(await run.exited()).toBe(0);
    for (const type of eventTypes) expect(run.output()).toMatch(new RegExp(`verified +${type} +evt_`));
    expect(run.output()).toContain(`${eventTypes.length} callbacks verified`);
  });

  test('exits non-zero if one byte of one body was flipped on the way', async () => {
    let flipped = false;
    const run = await startThroughProxy((body) => {
      if (flipped) return body;
      flipped = true;
      const changed = Buffer.from(body);
      const last = changed.length - 3;
      changed.writeUInt8(changed.readUInt8(last) ^ 1, last);
      return changed;
    });
    expect(await run.exited()).toBe(1);
    expect(run.output()).toContain('the receiver refused callback');
  });

  test('exits non-zero and names the type if one callback never arrives', async () => {
    const [withheld] = eventTypes;
    const withhold = (body: Buffer) => (body.includes(`"type":"${withheld}"`) ? undefined : body);
    const run = await startThroughProxy(withhold, '--patience-seconds=8');
    expect(await run.exited()).toBe(1);
    expect(run.output()).toMatch(new RegExp(`no callback within \\d+ s for: ${withheld}\n`));
  });

  test('shows them also where receivers are asked for their consent first', async () => {
    const run = await startLocalRun('--once', '-c', 'receiverVerification=required');
    expect(await run.exited()).toBe(0);
    expect(run.output()).toContain(`${eventTypes.length} callbacks verified`);
  });

  test('leaves the folder of a run alone that is still going', async () => {
    const first = await startLocalRun();
    await first.printed('Ctrl-C stops everything');
    const before = await first.outputs();
    const second = startLocalRunIn(first.folder, '--once');

    expect(await second.exited()).toBe(1);
    expect(second.output()).toContain(
      'is in use by another run; stop that run, or choose another folder with --local-folder',
    );
    expect(before.Local.ApiKey).toMatch(/^whk_/);
    await first.stop();
  });

  test('says in a few lines which setting does not fit', async () => {
    const run = await startLocalRun('--once', '-c', 'retryScheduleSeconds=5,10');
    expect(await run.exited()).toBe(1);
    expect(run.output()).toContain('-c retryScheduleSeconds: must be seconds such as 0,5,300');
    expect(run.output()).not.toContain('    at ');
  });
});

test('npm start prints commands that work as printed, whatever its folder is called', async () => {
  const run = startLocalRunIn(await mkdtemp(join(tmpdir(), "webhooks of o'neil ")));
  await run.printed('Ctrl-C stops everything');
  const [, list = ''] = /in a second terminal in this folder:\n((?: {4}.+\n)+)/.exec(run.output()) ?? [];
  const commands = list.trim().split(/\n +/);
  const answers: string[] = [];
  for (const command of commands) {
    const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: repositoryRoot });
    answers.push(stdout);
  }

  expect(answers).toEqual([
    expect.stringContaining('Published '),
    expect.stringContaining('Published '),
    expect.stringMatching(/^\{"items":\[\{"id":"evt_/),
  ]);
  await run.printed('  delivered  ');
  await run.printed('  refused  ');
  await run.stop();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
