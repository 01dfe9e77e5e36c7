import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createDeliveryLog } from '../../adapters/dynamo-delivery-log.ts';
import { createEventLog } from '../../adapters/dynamo-event-log.ts';
import { type ExhaustedDelivery, messageFor } from '../../core/deliveries/delivery.ts';
import { envelope, eventOf, exhaustedDelivery, uniqueId } from '../support/builders.ts';
import {
  type QueueEngine,
  startQueues,
  startTable,
  type TableEngine,
  type WorkQueue,
} from '../support/engines.ts';

// Each test starts the command, which reads its sources anew.
jest.setTimeout(60_000);

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));
const prefix = 'iomnihub-webhooks-test-';

let engine: TableEngine;
let queues: QueueEngine;
let exhausted: WorkQueue;
let unrouted: WorkQueue;
let folder: string;
let outputsFile: string;
beforeAll(async () => {
  [engine, queues] = await Promise.all([startTable(), startQueues()]);
  exhausted = queues.createQueue(`${prefix}exhausted-deliveries`);
  unrouted = queues.createQueue(`${prefix}unrouted`);
  for (const name of ['deliveries', 'retries', 'ticket-created']) queues.createWorkQueue(prefix + name);
  folder = await mkdtemp(join(tmpdir(), 'redrive-'));
  outputsFile = await writeOutputs('outputs.json', {});
});
afterEach(() => queues.clear());
afterAll(async () => {
  await Promise.all([engine.close(), queues.close()]);
  await rm(folder, { recursive: true });
});

/** What a local run writes, of the stage `test`. */
async function writeOutputs(name: string, overrides: Record<string, unknown>): Promise<string> {
  const outputs = {
    'IomnihubWebhooks-test-Data': {
      TableName: engine.table.tableName,
      AlarmTopicArn: 'arn:aws:sns:::alarms',
    },
    'IomnihubWebhooks-test-Delivery': { EventBusName: `${prefix}events`, RetentionDays: '30' },
    'IomnihubWebhooks-test-Api': { ApiUrl: 'http://127.0.0.1:3000' },
    Local: {
      EventsEndpoint: 'http://127.0.0.1:1',
      SqsEndpoint: queues.endpoint,
      DynamoDbEndpoint: engine.endpoint,
      AccountId: 'acc_demo',
      ApiKey: 'whk_key',
    },
    ...overrides,
  };
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(outputs));
  return file;
}

/** `npm run redrive -- ARGS`, from a shell that knows nothing of AWS. */
function runCommand(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const options = { cwd: repositoryRoot, env: { PATH: process.env['PATH'] } };
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/redrive.ts', ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

async function hold(queue: WorkQueue, body: string, reason: string): Promise<void> {
  await queues.sqs.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: body,
      MessageAttributes: { reason: { DataType: 'String', StringValue: reason } },
    }),
  );
}

async function exhaust(reason: string): Promise<ExhaustedDelivery> {
  const row = exhaustedDelivery({ eventId: uniqueId('evt'), version: 6 });
  await createEventLog(engine.table).recordEvent(eventOf(row), [], new Date());
  await createDeliveryLog(engine.table).replaceDelivery(undefined, row);
  await hold(exhausted, JSON.stringify(messageFor(row)), reason);
  return row;
}

describe('a dry run', () => {
  test('shows every queue that nothing drains, counts by reason, and changes nothing', async () => {
    for (const reason of ['status', 'timeout', 'status']) await exhaust(reason);
    await hold(unrouted, envelope({ type: 'ticket.exploded' }), 'unknown-type');

    const { code, stdout, stderr } = await runCommand('--outputs', outputsFile, '--dry-run');

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'deliveries-dlq: 0 messages',
      'exhausted-deliveries: 3 messages',
      '        2  status',
      '        1  timeout',
      'retries-dlq: 0 messages',
      'ticket-created-dlq: 0 messages',
      'unrouted: 1 message',
      '        1  unknown-type',
      'A dry run: nothing was changed.',
      '',
    ]);
    expect(queues.messagesIn(exhausted.name)).toHaveLength(3);
    expect(queues.messagesIn(unrouted.name)).toHaveLength(1);
    expect(queues.messagesIn(`${prefix}retries`)).toEqual([]);
  });
});

describe('a run', () => {
  test('sends back what it was told to, and says what became of each', async () => {
    const row = await exhaust('timeout');
    await exhaust('status');
    await hold(exhausted, JSON.stringify(messageFor(row)), 'timeout');
    await hold(exhausted, '{', 'timeout');

    const { code, stdout, stderr } = await runCommand(
      '--outputs',
      outputsFile,
      '--queue=exhausted-deliveries',
      '--reason=timeout',
      '--max-per-second=1000',
    );

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toBe(
      'exhausted-deliveries: 3 messages, 1 redriven, 1 obsolete, 1 kept\n        3  timeout\n',
    );
    const reasons = queues.messagesIn(exhausted.name).map(({ attributes }) => attributes['reason']);
    expect(new Set(reasons)).toEqual(new Set(['status', 'timeout']));
    expect(reasons).toHaveLength(2);
    expect(queues.messagesIn(`${prefix}retries`).map(({ body }) => JSON.parse(body))).toMatchObject([
      { eventId: row.eventId, version: 7 },
    ]);
    expect(await createDeliveryLog(engine.table).findDelivery(row)).toMatchObject({
      state: 'waiting',
      restarted: { attemptCount: 1 },
    });
  });
});

describe('what does not fit is refused with one line, and nothing is done', () => {
  const outputs = (...args: string[]) => ['--outputs', outputsFile, ...args];
  const list = 'deliveries-dlq, exhausted-deliveries, retries-dlq, ticket-created-dlq, unrouted';

  test.each([
    ['a queue that is none', () => outputs('--queue', 'nowhere'), `--queue=nowhere: must be one of ${list}`],
    ['a work queue', () => outputs('--queue', 'retries'), `--queue=retries: must be one of ${list}`],
    ['a misspelt option', () => outputs('--queue', 'unrouted', '--dryrun'), 'Unknown option `--dryrun`'],
    [
      'a speed that is none',
      () => outputs('--queue', 'unrouted', '--max-per-second', 'fast'),
      '--max-per-second: must be a number above 0',
    ],
    [
      'outputs that are not there',
      () => ['--outputs', '/nowhere/outputs.json', '--dry-run'],
      '--outputs=/nowhere/outputs.json: no such file; cdk deploy --outputs-file and npm start write one',
    ],
    [
      'outputs of something else',
      async () => [
        '--outputs',
        await writeOutputs('other.json', { 'IomnihubWebhooks-test-Data': {} }),
        '--dry-run',
      ],
      'other.json: holds no TableName or EventBusName',
    ],
  ])('%s', async (_, args, message) => {
    await exhaust('status');

    const { code, stdout, stderr } = await runCommand(...(await args()));

    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(code).toBe(1);
    expect(queues.messagesIn(exhausted.name)).toHaveLength(1);
  });

  test('without a queue and without --dry-run: a queue must be named', async () => {
    await exhaust('status');

    const { code, stderr } = await runCommand('--outputs', outputsFile);

    expect(stderr).toContain('--queue');
    expect(stderr).not.toContain('undefined');
    expect(code).toBe(1);
    expect(queues.messagesIn(exhausted.name)).toHaveLength(1);
  });
});
