import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createAccountStore } from '../../adapters/dynamo-account-store.ts';
import { createAuditLog } from '../../adapters/dynamo-audit-log.ts';
import { createStageStatusStore } from '../../adapters/dynamo-stage-status.ts';
import type { AccountStatus } from '../../core/accounts/account.ts';
import { uniqueId } from '../support/builders.ts';
import { startTable, type TableEngine } from '../support/engines.ts';
import { bareShell } from '../support/shell.ts';

// Each test starts the command, which reads its sources anew.
jest.setTimeout(60_000);

const script = fileURLToPath(new URL('../../scripts/pause.ts', import.meta.url));

let engine: TableEngine;
let folder: string;
let outputsFile: string;
beforeAll(async () => {
  engine = await startTable();
  folder = await mkdtemp(join(tmpdir(), 'pause-'));
  outputsFile = join(folder, 'outputs.json');
  const outputs = {
    Data: { TableName: engine.table.tableName },
    Delivery: { EventBusName: 'iomnihub-webhooks-test-events', RetentionDays: '30' },
    Local: {
      EventsEndpoint: 'http://127.0.0.1:1',
      SqsEndpoint: 'http://127.0.0.1:1',
      DynamoDbEndpoint: engine.endpoint,
    },
  };
  await writeFile(outputsFile, JSON.stringify(outputs));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  return runIn(bareShell, ...args);
}

function runIn(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> {
  const options = { cwd: folder, env };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, ...args, '--outputs', outputsFile],
      options,
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe('all calls of the stage', () => {
  test('are stopped once, and started again', async () => {
    const stage = createStageStatusStore(engine.table);

    const stopped = await run('pause');
    expect(stopped).toMatchObject({ code: 0, stderr: '' });
    const since = String(await stage.findPausedSince());
    expect(stopped.stdout).toContain('All calls of the stage are stopped since ');
    expect(stopped.stdout).toContain('Their deliveries are parked');

    const again = await run('pause');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain(`have been stopped since ${since}; nothing was changed.`);
    expect(await stage.findPausedSince()).toBe(since);

    const started = await run('resume');
    expect(started).toMatchObject({ code: 0, stderr: '' });
    expect(started.stdout).toContain(`they had been stopped since ${since}.`);
    expect(await stage.isStagePaused()).toBe(false);
    expect(await stage.findPausedSince()).toBeUndefined();

    expect((await run('resume')).stdout).toBe(
      'The calls of the stage are not stopped; nothing was changed.\n',
    );
  });
});

describe('all calls of an account', () => {
  const statusOf = (id: string) => createAccountStore(engine.table).findAccountStatus(id);

  test('are stopped and started again, which its audit log tells', async () => {
    const id = uniqueId('acc');

    expect((await run('pause', '--account', id)).stdout).toContain(
      `All calls of the account ${id} are stopped`,
    );
    expect(await statusOf(id)).toBe('paused');
    expect((await run('pause', '--account', id)).stdout).toBe(
      `The account ${id} is paused already; nothing was changed.\n`,
    );
    expect((await run('resume', '--account', id)).stdout).toContain(
      `The calls of the account ${id} start again.`,
    );
    expect(await statusOf(id)).toBe('active');
    const { entries } = await createAuditLog(engine.table).listAudit(id, {}, 10);
    expect(entries.map(({ action, details }) => [action, details])).toEqual([
      ['account.status-changed', { status: 'active' }],
      ['account.status-changed', { status: 'paused' }],
    ]);
    expect(await createStageStatusStore(engine.table).isStagePaused()).toBe(false);
  });

  test.each<[string, AccountStatus]>([
    ['pause', 'suspended'],
    ['resume', 'suspended'],
    ['pause', 'removed'],
  ])('%s: one that is %s stays so', async (verb, status) => {
    const id = uniqueId('acc');
    await createAccountStore(engine.table).setAccountStatus(id, status, new Date());

    expect(await run(verb, '--account', id)).toMatchObject({
      code: 1,
      stderr: `the account ${id} is ${status}: it gets no calls until it is active again\n`,
    });
    expect(await statusOf(id)).toBe(status);
  });
});

test('an option that npm has kept for itself stops nothing', async () => {
  const env = { ...bareShell, npm_lifecycle_event: 'pause', npm_config_account: 'acc_1' };
  const { code, stderr } = await runIn(env, 'pause');

  expect(code).toBe(1);
  expect(stderr).toBe('--account: npm keeps options for itself; write npm run pause -- --account\n');
  expect(await createStageStatusStore(engine.table).isStagePaused()).toBe(false);
});

test('an id that looks like a number is taken as it is written', async () => {
  for (const id of ['0017', '12345678901234567890']) {
    expect((await run('pause', `--account=${id}`)).stdout).toContain(`of the account ${id} are stopped`);
    expect(await createAccountStore(engine.table).findAccountStatus(id)).toBe('paused');
  }
  expect(await createAccountStore(engine.table).findAccountStatus('17')).toBe('active');
});

test.each([
  ['an account that cannot be one', ['--account', 'a b'], /^--account: must be 1 to 64 letters/],
  ['an account without its id', ['--account'], /^--account/],
  ['an option that there is not', ['--acount', 'acc_1'], /^Unknown option `--acount`/],
  ['a name without its option', ['acc_1'], /^acc_1: no such argument; an account is named with --account/],
])('%s stops nothing', async (_, args, message) => {
  const { code, stderr } = await run('pause', ...args);

  expect(code).toBe(1);
  expect(stderr).toMatch(message);
  expect(await createStageStatusStore(engine.table).isStagePaused()).toBe(false);
});
