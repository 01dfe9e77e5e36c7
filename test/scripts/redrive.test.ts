import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createDeliveryLog } from '../../adapters/dynamo-delivery-log.ts';
import { createEventLog } from '../../adapters/dynamo-event-log.ts';
import { type ExhaustedDelivery, messageFor } from '../../core/deliveries/delivery.ts';
import { eventReasons, exhaustionReasons } from '../../scripts/redrive/reasons.ts';
import { attempt, envelope, eventOf, exhaustedDelivery, uniqueId } from '../support/builders.ts';
import {
  type QueueEngine,
  startQueues,
  startTable,
  type TableEngine,
  type WorkQueue,
} from '../support/engines.ts';
import { bareShell } from '../support/shell.ts';

// Each test starts the command, which reads its sources anew.
jest.setTimeout(60_000);

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));
const prefix = 'iomnihub-webhooks-test-';

let engine: TableEngine;
let queues: QueueEngine;
let exhausted: WorkQueue;
let unrouted: WorkQueue;
let rejected: WorkQueue;
let folder: string;
let outputsFile: string;
beforeAll(async () => {
  [engine, queues] = await Promise.all([startTable(), startQueues()]);
  exhausted = queues.createQueue(`${prefix}exhausted-deliveries`);
  unrouted = queues.createQueue(`${prefix}unrouted`);
  for (const name of ['deliveries', 'retries', 'ticket-created']) queues.createWorkQueue(prefix + name);
  const name = `${prefix}ticket-created-dlq`;
  rejected = { ...exhausted, name, url: exhausted.url.replace(exhausted.name, name) };
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

/** `npm run redrive -- ARGS`, from a shell that knows nothing of AWS, in the test's own folder. */
function runCommand(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const options = { cwd: folder, env: bareShell, maxBuffer: 64 * 1024 * 1024 };
  const outputs = args.includes('--outputs') ? [] : ['--outputs', outputsFile];
  const command = [join(repositoryRoot, 'scripts/redrive.ts'), ...args, ...outputs];
  return new Promise((resolve) => {
    execFile(process.execPath, command, options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

/** Resolves with SQS's id of the message. */
async function hold(queue: WorkQueue, body: string, reason: string, explanation?: string): Promise<string> {
  const attributes = { reason, ...(explanation === undefined ? {} : { explanation }) };
  const { MessageId = '' } = await queues.sqs.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: body,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      ),
    }),
  );
  return MessageId;
}

async function exhaust(reason: string): Promise<ExhaustedDelivery> {
  const row = exhaustedDelivery({ eventId: uniqueId('evt'), version: 6 });
  await createEventLog(engine.table).recordEvent(eventOf(row), [], new Date());
  await createDeliveryLog(engine.table).replaceDelivery(undefined, row);
  await hold(exhausted, JSON.stringify(messageFor(row)), reason);
  return row;
}

const bodiesIn = (queue: WorkQueue) => queues.messagesIn(queue.name).map(({ body }) => body);

describe('list', () => {
  test('shows each message on a line, counts them by reason, and changes nothing', async () => {
    const row = await exhaust('status');
    await exhaust('timeout');
    await hold(unrouted, envelope({ type: 'ticket.exploded', detail: { id: 'evt_9' } }), 'unknown-type');
    const broken = await hold(
      rejected,
      '{',
      'invalid-data',
      'detail.data.ticket: Invalid input; detail.data.customer.name: Invalid input',
    );

    const { code, stdout, stderr } = await runCommand('list');

    expect(stderr).toBe('');
    expect(code).toBe(0);
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(lines[0]).toEqual([
      'QUEUE',
      'ID',
      'ACCOUNT',
      'TYPE',
      'REASON',
      'AGE',
      'RECEIVED',
      'FIELDS AT FAULT',
    ]);
    const age = expect.stringMatching(/^\d+s$/);
    const { accountId, eventType, eventId } = row;
    expect(lines).toContainEqual([
      'exhausted-deliveries',
      eventId,
      accountId,
      eventType,
      'status',
      age,
      '1',
      '-',
    ]);
    expect(lines).toContainEqual([
      'unrouted',
      'evt_9',
      'acc_1',
      'ticket.exploded',
      'unknown-type',
      age,
      '1',
      'detail-type',
    ]);
    const fields = 'detail.data.ticket, detail.data.customer.name';
    expect(lines).toContainEqual(['ticket-created-dlq', broken, '-', '-', 'invalid-data', age, '1', fields]);
    expect(stdout.split('\n').slice(-10)).toEqual([
      'deliveries-dlq: 0 messages',
      'exhausted-deliveries: 2 messages',
      '        1  status',
      '        1  timeout',
      'retries-dlq: 0 messages',
      'ticket-created-dlq: 1 message',
      '        1  invalid-data',
      'unrouted: 1 message',
      '        1  unknown-type',
      '',
    ]);
    expect([exhausted, unrouted, rejected].map((queue) => bodiesIn(queue).length)).toEqual([2, 1, 1]);
  });

  test('gives the same as JSON, of one queue and one reason if asked', async () => {
    const row = await exhaust('status');
    await exhaust('timeout');
    await hold(unrouted, '{', 'unknown-type');

    const { stdout } = await runCommand('list', '--json', '--queue=exhausted-deliveries', '--reason=status');

    const { accountId, eventId, subscriptionId, eventType: type } = row;
    expect(JSON.parse(stdout)).toEqual({
      queues: [
        {
          queue: 'exhausted-deliveries',
          count: 1,
          isAtLeast: false,
          unseen: { visible: 0, hidden: 0 },
          reasons: { status: 1 },
        },
      ],
      messages: [
        {
          queue: 'exhausted-deliveries',
          messageId: expect.any(String),
          reason: 'status',
          fields: [],
          accountId,
          eventId,
          subscriptionId,
          type,
          sentAt: expect.any(String),
          receiveCount: 1,
        },
      ],
    });
  });

  test('says that there are more if another has received some', async () => {
    await exhaust('status');
    await exhaust('timeout');
    await queues.sqs.send(new ReceiveMessageCommand({ QueueUrl: exhausted.url }));

    const { stdout } = await runCommand('list', '--queue=exhausted-deliveries');

    expect(stdout).toMatch(/^exhausted-deliveries: at least 1 message$/m);
    expect(stdout).toContain('About 1 more are hidden');
  });
});

describe('show', () => {
  test('prints a message whole, with its history and what to do', async () => {
    const row = await exhaust('status');
    const startedAt = '2026-11-23T16:55:02.000Z';
    await createDeliveryLog(engine.table).recordAttempt(row, attempt({ startedAt }));
    await exhaust('timeout');

    const { code, stdout, stderr } = await runCommand('show', row.eventId);

    expect([code, stderr]).toEqual([0, '']);
    for (const text of [row.eventId, row.accountId, row.subscriptionId, row.eventType, 'reason: status'])
      expect(stdout).toContain(text);
    expect(stdout).toContain(JSON.stringify(messageFor(row), undefined, 2).replaceAll('\n', '\n  '));
    expect(stdout).toContain('The delivery is exhausted, after 1 attempts, at version 6');
    expect(stdout).toContain(startedAt);
    expect(stdout).toContain(exhaustionReasons.status.whatToDo);
    expect(stdout).not.toContain('timeout');
    expect(bodiesIn(exhausted)).toHaveLength(2);
  });

  test('prints what has no ids by the id of its message, and spells out what a terminal would obey', async () => {
    const body = '{"detail":{"id":"\u202eevt"},"x":\u009b1m}';
    const id = await hold(unrouted, body, 'unknown-type');

    const { code, stdout } = await runCommand('show', id);

    expect(code).toBe(0);
    expect(stdout).toContain(String.raw`{"detail":{"id":"\u{202e}evt"},"x":\u{9b}1m}`);
    expect(stdout).toContain(eventReasons['unknown-type'].whatToDo);
  });

  test('gives all of an event’s messages, as JSON byte for byte', async () => {
    const row = await exhaust('status');
    const body = envelope({ detail: { id: row.eventId, accountId: row.accountId } });
    await hold(rejected, body, 'id-conflict', 'another event of the account has this id');

    const letters = JSON.parse((await runCommand('show', row.eventId, '--json')).stdout) as object[];

    expect(letters).toMatchObject([
      {
        queue: 'exhausted-deliveries',
        body: JSON.stringify(messageFor(row)),
        attributes: { reason: 'status' },
      },
      {
        queue: 'ticket-created-dlq',
        body,
        fields: ['detail.id'],
        history: [expect.stringContaining('recorded')],
      },
    ]);
  });
});

describe('send', () => {
  test('sends back what it was told to, and says what became of each', async () => {
    const row = await exhaust('timeout');
    await exhaust('status');
    await hold(exhausted, JSON.stringify(messageFor(row)), 'timeout');
    await hold(exhausted, '{', 'timeout');

    const { code, stdout, stderr } = await runCommand(
      'send',
      '--queue=exhausted-deliveries',
      '--reason=timeout',
      '--max-per-second=1000',
    );

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toBe(
      'exhausted-deliveries: 3 messages, 1 redriven, 1 obsolete, 1 kept\n        3  timeout\n' +
        'Those that are kept were not sent: they would only come back. `show` says why, and what to do.\n',
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

  test('is the command if none is named', async () => {
    await exhaust('timeout');

    const { stdout } = await runCommand('--queue=exhausted-deliveries', '--max-per-second=1000');

    expect(stdout).toContain('exhausted-deliveries: 1 message, 1 redriven');
  });

  test('takes the messages with these ids alone, from all queues', async () => {
    const [row, other] = [await exhaust('status'), await exhaust('status')];
    const body = envelope({ detail: { id: 'evt_7' } });
    const id = await hold(rejected, body, 'gave-up');
    await hold(rejected, envelope({ detail: { id: 'evt_8' } }), 'gave-up');

    const { code } = await runCommand('send', row.eventId, id, '--max-per-second=1000');

    expect(code).toBe(0);
    expect(bodiesIn(exhausted)).toEqual([JSON.stringify(messageFor(other))]);
    expect(queues.messagesIn(`${prefix}ticket-created`).map((one) => one.body)).toEqual([body]);
    expect(bodiesIn(rejected)).toHaveLength(1);
  });

  test.each(['send', 'discard'])(
    'asks for the account if an event’s id is of two, and takes no other’s message: %s',
    async (command) => {
      const bodies = ['acc_1', 'acc_2'].map((accountId) => envelope({ detail: { id: 'evt_7', accountId } }));
      for (const body of bodies) await hold(rejected, body, 'gave-up');
      const args = command === 'discard' ? ['--yes', '--file', join(folder, 'one.jsonl')] : [];

      const refused = await runCommand(command, 'evt_7', ...args);
      expect(refused.stderr).toMatch(/^evt_7 is an event of acc_[12], acc_[12]; say which with --account\n$/);
      expect(bodiesIn(rejected).toSorted()).toEqual(bodies.toSorted());

      const { code } = await runCommand(command, 'evt_7', '--account', 'acc_2', ...args);
      expect(code).toBe(0);
      expect(bodiesIn(rejected)).toEqual(bodies.slice(0, 1));
    },
  );

  test('in a dry run, says what it would do with every message, and changes nothing', async () => {
    for (const reason of ['status', 'timeout', 'status']) await exhaust(reason);
    await hold(unrouted, envelope({ type: 'ticket.exploded' }), 'unknown-type');

    const { code, stdout, stderr } = await runCommand('send', '--dry-run');

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      'deliveries-dlq: 0 messages',
      'exhausted-deliveries: 3 messages',
      '        2  status',
      '        1  timeout',
      '  would become: 3 redriven',
      'retries-dlq: 0 messages',
      'ticket-created-dlq: 0 messages',
      'unrouted: 1 message',
      '        1  unknown-type',
      '  would become: 1 kept',
      'A dry run: nothing was changed.',
      '',
    ]);
    expect([exhausted, unrouted].map((queue) => bodiesIn(queue).length)).toEqual([3, 1]);
    expect(queues.messagesIn(`${prefix}retries`)).toEqual([]);
  });
});

describe('discard', () => {
  /** The only file of that name that the command has made, and its lines. */
  async function discardedIn(pattern: RegExp) {
    const [name = '', ...more] = (await readdir(folder)).filter((one) => pattern.test(one));
    expect(more).toEqual([]);
    const path = join(folder, name);
    const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
    return { path, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
  }

  test('moves what was named into a file that only its owner reads, from which it can be sent back', async () => {
    const body = envelope({ detail: { id: 'evt_7' } });
    const id = await hold(rejected, body, 'gave-up');
    await hold(rejected, '{', 'not-json');
    const row = await exhaust('gone');

    const { code, stdout, stderr } = await runCommand('discard', id, row.eventId, '--yes');

    expect([code, stderr]).toEqual([0, '']);
    const { path, lines } = await discardedIn(/^discarded-\d{8}T\d{6}Z\.jsonl$/);
    expect(stdout).toContain(`2 messages discarded into ${path.slice(folder.length + 1)}`);
    expect(lines).toMatchObject([
      { queue: exhausted.name, body: JSON.stringify(messageFor(row)), reason: 'gone' },
      { queue: rejected.name, messageId: id, body, attributes: { reason: 'gave-up' } },
    ]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect([exhausted, rejected].map(bodiesIn)).toEqual([[], ['{']]);

    const sent = await runCommand('send', '--from', path, '--max-per-second=1000');

    expect(sent.stdout).toContain('exhausted-deliveries: 1 message, 1 redriven');
    expect(sent.stdout).toContain('ticket-created-dlq: 1 message, 1 redriven');
    expect(queues.messagesIn(`${prefix}ticket-created`).map((one) => one.body)).toEqual([body]);
    expect(queues.messagesIn(`${prefix}retries`).map((one) => JSON.parse(one.body))).toMatchObject([
      { eventId: row.eventId, version: 7 },
    ]);
    const again = await runCommand('send', '--from', path, '--dry-run');
    expect(again.stdout).toContain('would become: 1 obsolete');
  });

  test('is sent back as far as that is possible, and the rest is named', async () => {
    const [body, ofNoQueue] = [envelope(), envelope({ type: 'ticket.tagged', detail: { id: 'evt_2' } })];
    const lines = [body, ofNoQueue].map((one, index) => ({
      queue: rejected.name,
      messageId: String(index),
      reason: 'gave-up',
      sentAt: '2026-11-23T16:55:00.000Z',
      attributes: {},
      body: one,
    }));
    const file = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await writeFile(join(folder, 'half.jsonl'), file);

    const { code, stdout, stderr } = await runCommand('send', '--from=half.jsonl');

    expect(stdout).toContain('ticket-created-dlq: 1 message, 1 redriven');
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('queue')]);
    expect(code).toBe(1);
    expect(queues.messagesIn(`${prefix}ticket-created`).map((one) => one.body)).toEqual([body]);
  });

  test('takes all that have a reason, into the file that it is told', async () => {
    for (const reason of ['unknown-source', 'unknown-type', 'unknown-source'])
      await hold(unrouted, '{}', reason);

    const { code } = await runCommand('discard', '--reason=unknown-source', '--file=junk.jsonl', '--yes');

    expect(code).toBe(0);
    expect((await discardedIn(/^junk\.jsonl$/)).lines.map(({ reason }) => reason)).toEqual([
      'unknown-source',
      'unknown-source',
    ]);
    expect(bodiesIn(unrouted)).toHaveLength(1);
  });

  test('in a dry run, shows what it would take, and changes nothing', async () => {
    const id = await hold(unrouted, '{}', 'unknown-type');

    const { code, stdout } = await runCommand('discard', id, '--dry-run', '--file=dry.jsonl');

    expect(code).toBe(0);
    expect(stdout).toContain(id);
    expect(stdout).toContain('1 message would be discarded.');
    expect(await readdir(folder)).not.toContain('dry.jsonl');
    expect(bodiesIn(unrouted)).toEqual(['{}']);
  });

  test('overwrites no file', async () => {
    await writeFile(join(folder, 'kept.jsonl'), 'precious');
    const id = await hold(unrouted, '{}', 'unknown-type');

    const { code, stderr } = await runCommand('discard', id, '--file=kept.jsonl', '--yes');

    expect([code, stderr]).toEqual([1, 'kept.jsonl exists, and is not overwritten\n']);
    expect(await readFile(join(folder, 'kept.jsonl'), 'utf8')).toBe('precious');
    expect(bodiesIn(unrouted)).toEqual(['{}']);
  });
});

describe('what does not fit is refused with one line, and nothing is done', () => {
  const list = 'deliveries-dlq, exhausted-deliveries, retries-dlq, ticket-created-dlq, unrouted';
  const otherOutputs = () => writeOutputs('other.json', { 'IomnihubWebhooks-test-Data': {} });

  test.each<[string, string[] | (() => Promise<string[]>), string]>([
    ['a queue that is none', ['--queue', 'nowhere'], `--queue=nowhere: must be one of ${list}`],
    ['a work queue', ['list', '--queue', 'retries'], `--queue=retries: must be one of ${list}`],
    ['a misspelt option', ['--queue', 'unrouted', '--dryrun'], 'Unknown option `--dryrun`'],
    ['a misspelt command', ['lits'], 'lits: no such command; the commands are list, show, send and discard'],
    ['a speed that is none', ['send', '--all', '--max-per-second', 'fast'], 'must be a number above 0'],
    ['nothing to send', ['send'], 'say what to send: ids, --reason, --queue, --all or --from'],
    ['no command and nothing to send', [], 'say what to send: ids, --reason, --queue, --all or --from'],
    ['nothing to show', ['show'], 'say which message to show, by its id'],
    ['nothing to discard', ['discard', '--queue=unrouted', '--yes'], 'say what to discard: ids, or --reason'],
    ['an id to show that no message has', ['show', 'evt_404'], 'no message in sight has the id evt_404'],
    ['an id to discard that no message has', ['discard', 'evt_404', '--yes'], 'has the id evt_404'],
    ['a discard that nobody can confirm', ['discard', '--reason=status'], '--yes discards without one'],
    ['a file that is not there', ['send', '--from=none.jsonl'], '--from=none.jsonl: cannot be read (ENOENT)'],
    [
      'a file of something else',
      async () => {
        await writeFile(join(folder, 'bad.jsonl'), '{"queue":"unrouted"}\n');
        return ['send', '--from=bad.jsonl'];
      },
      '--from=bad.jsonl: line 1 is not a discarded message',
    ],
    [
      'outputs that are not there',
      ['list', '--outputs', '/nowhere/outputs.json'],
      '--outputs /nowhere/outputs.json: there is no such file; npm start writes it while it runs, and cdk deploy with --outputs-file',
    ],
    [
      'outputs of something else',
      async () => ['list', '--outputs', await otherOutputs()],
      'other.json: it holds no TableName; cdk deploy --all writes it',
    ],
  ])('%s', async (_, args, message) => {
    await exhaust('status');

    const { code, stdout, stderr } = await runCommand(...(typeof args === 'function' ? await args() : args));

    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(code).toBe(1);
    expect(queues.messagesIn(exhausted.name)).toHaveLength(1);
  });
});
