import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { eventCatalog, eventSource, eventTypes } from '../../core/events/event-catalog.ts';
import { operationalTypes } from '../../core/events/operational-events.ts';
import { type AcceptedEvent, startEventBus } from '../../local/event-bus.ts';
import type { LocalServer } from '../../local/http-server.ts';

// Each test starts the command, which reads its sources anew.
jest.setTimeout(60_000);

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));
const busName = 'iomnihub-webhooks-test-events';

let bus: LocalServer;
let folder: string;
let outputs: string;
let accepted: AcceptedEvent[] = [];
beforeAll(async () => {
  bus = await startEventBus([busName], [], new SQSClient({}), (event) => accepted.push(event));
  folder = await mkdtemp(join(tmpdir(), 'webhooks-publish-'));
  outputs = await writeOutputs('outputs.json', bus.url);
});
beforeEach(() => {
  accepted = [];
});
afterAll(async () => {
  await bus.close();
  await rm(folder, { recursive: true, force: true });
});

async function writeOutputs(name: string, endpoint: string): Promise<string> {
  const file = join(folder, name);
  const Local = {
    EventsEndpoint: endpoint,
    SqsEndpoint: endpoint,
    DynamoDbEndpoint: endpoint,
    AccountId: 'acc_demo',
    ApiKey: 'whk_secret',
  };
  const stacks = { Delivery: { EventBusName: busName }, Api: { ApiUrl: 'http://127.0.0.1:3000' } };
  await writeFile(file, JSON.stringify({ ...stacks, Local }));
  return file;
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return promisify(execFile)(process.execPath, ['scripts/publish.ts', ...args], {
    cwd: repositoryRoot,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    timeout: 50_000,
  }).then(
    (result) => ({ code: 0, ...result }),
    (error: Ended) => error,
  );
}

const publish = (...args: string[]) => run([...args, '--outputs', outputs]);

interface Detail {
  readonly id: string;
  readonly accountId: string;
  readonly occurredAt: string;
  readonly data: Readonly<Record<string, any>>; // oxlint-disable-line typescript/no-explicit-any -- any event's
}
const detailOf = (event: AcceptedEvent | undefined) => event?.detail as Detail;

test.each(eventCatalog)("publishes the catalog's example of $type, as of now", async ({ type, example }) => {
  const before = Date.now();
  const { code, stdout } = await publish(type);

  expect(code).toBe(0);
  const [event] = accepted;
  const { id, accountId, occurredAt, data } = detailOf(event);
  expect(event).toMatchObject({ source: eventSource, type });
  expect(id).toMatch(/^evt_[0-9a-f-]{36}$/);
  expect(accountId).toBe('acc_demo');
  expect(Date.parse(occurredAt)).toBeGreaterThanOrEqual(before);
  expect(Object.keys(data)).toEqual(Object.keys(example));
  const times = JSON.stringify(data).match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g) ?? [];
  expect(times.toSorted().at(-1)).toBe(occurredAt);
  expect(stdout).toContain(`Published ${type} ${id} for acc_demo.`);
  expect(stdout).toContain(`curl -s http://127.0.0.1:3000/events/${id} -H "authorization: Bearer $(node -p`);
  expect(stdout).not.toContain('whk_secret');
});

test('two events without an id happened to two tickets', async () => {
  const [type] = eventTypes;
  await publish(type);
  await publish(type);

  const [first, second] = accepted.map(detailOf);
  expect(first?.id).not.toBe(second?.id);
  expect(first?.data['ticket'].id).not.toBe(second?.data['ticket'].id);
  expect(first?.data['ticket'].customer.id).toBe(second?.data['ticket'].customer.id);
});

test('the same command with an id publishes the same event', async () => {
  const command = [eventTypes[0], '--id', '007', '--account', 'acc_2', '--set', 'data.ticket.channel=email'];
  await publish(...command);
  await publish(...command);

  expect(accepted).toHaveLength(2);
  expect(accepted[0]).toEqual(accepted[1]);
  expect(detailOf(accepted[0])).toMatchObject({ id: '007', accountId: 'acc_2' });
});

describe('what cannot be published is answered with one sentence, and nothing is published', () => {
  const [type] = eventTypes;
  const misspelt = `${type}d`;

  test.each<[string, string[], unknown]>([
    ['no type', [], `name the type of the event: ${eventTypes.join(', ')}`],
    ['a misspelt type', [misspelt], `${misspelt}: there is no such event type; did you mean ${type}?`],
    [
      'a type that the helpdesk does not publish',
      [operationalTypes[0]],
      `${operationalTypes[0]}: only iOmniHub Webhooks itself publishes it; POST /subscriptions/{id}/test sends an example`,
    ],
    ['two types', [type, type], `${type}: one event type at a time, and no other words`],
    [
      'a misspelt field',
      [type, '--set', 'data.ticket.chanel=x'],
      '--set data.ticket.chanel: the catalog knows no such field; did you mean data.ticket.channel? (--unchecked takes any)',
    ],
    [
      'a wrong value',
      [type, '--set', 'data.ticket.number=many'],
      expect.stringMatching(
        /^[\w.]+ was not published: data\.ticket\.number: .+ \(--unchecked publishes it all the same\)$/,
      ),
    ],
    [
      'a wrong account',
      [type, '--account', 'acc 1'],
      expect.stringMatching(
        /^[\w.]+ was not published: accountId: .+ \(--unchecked publishes it all the same\)$/,
      ),
    ],
    [
      'a misspelt option',
      [type, '--acount', 'x'],
      '--acount: there is no such option; did you mean --account?',
    ],
    ['an option without its value', [type, '--id'], 'option `--id <id>` value is missing'],
  ])('%s', async (_, args, sentence) => {
    const { code, stdout, stderr } = await publish(...args);

    expect(stderr.trimEnd()).toEqual(sentence);
    expect([code, stdout, accepted]).toEqual([1, '', []]);
  });

  test('an option that npm kept for itself', async () => {
    const { stderr } = await run([type], { npm_lifecycle_event: 'publish', npm_config_set: 'a=b' });

    expect(stderr).toBe('--set: npm keeps options for itself; write npm run publish -- TYPE --set\n');
  });
});

describe('--unchecked publishes what the catalog refuses', () => {
  test.each<[string, string[], string, object]>([
    [
      'a wrong value',
      [eventTypes[0], '--set', 'data.ticket.number=many'],
      eventTypes[0],
      { data: { ticket: { number: 'many' } } },
    ],
    [
      'an unknown field',
      [eventTypes[0], '--set', 'data.ticket.new.field=1'],
      eventTypes[0],
      { data: { ticket: { new: { field: 1 } } } },
    ],
    ['an unknown type', ['invoice.paid', '--set', 'data.total=7'], 'invoice.paid', { data: { total: 7 } }],
    ['a wrong id', [eventTypes[0], '--id', 'a b'], eventTypes[0], { id: 'a b' }],
  ])('%s', async (_, args, type, detail) => {
    const { code } = await publish(...args, '--unchecked');

    expect(code).toBe(0);
    expect(accepted).toMatchObject([{ source: eventSource, type, detail }]);
  });
});

describe('outputs', () => {
  const [type] = eventTypes;
  const whoWrites = 'npm start writes it while it runs, and cdk deploy with --outputs-file';
  const withoutLocal = { Delivery: { EventBusName: busName } };

  test.each([
    ['that are not JSON', '{"Local":', `it is not JSON; ${whoWrites}`],
    ['that are empty', '', `it is not JSON; ${whoWrites}`],
    ['of another form', '[7]', `it holds no outputs of stacks; ${whoWrites}`],
    ['without a bus', '{}', `it holds no EventBusName; ${whoWrites}`],
    [
      'with a damaged endpoint',
      JSON.stringify({ ...withoutLocal, Local: { EventsEndpoint: 'here' } }),
      `its endpoints of the local run are damaged; ${whoWrites}`,
    ],
  ])('%s are named with their remedy', async (_, content, sentence) => {
    const file = join(folder, 'broken.json');
    await writeFile(file, content);
    const { code, stderr } = await run([type, '--outputs', file]);

    expect([code, stderr]).toEqual([1, `--outputs ${file}: ${sentence}\n`]);
  });

  test('that nobody has written', async () => {
    const file = join(folder, 'missing.json');
    const { code, stderr } = await run([type, '--outputs', file]);

    expect([code, stderr]).toEqual([1, `--outputs ${file}: there is no such file; ${whoWrites}\n`]);
  });

  test('of a run that has ended', async () => {
    const ended = await startEventBus([busName], [], new SQSClient({}));
    const file = await writeOutputs('ended.json', ended.url);
    await ended.close();
    const { code, stderr } = await run([type, '--outputs', file]);

    expect([code, stderr]).toEqual([
      1,
      `nothing answers at ${ended.url}: the run that wrote ${file} has ended; start it again with npm start\n`,
    ]);
  });

  test('of a deployment need an account, and the environment names region, credentials and endpoint', async () => {
    const file = join(folder, 'deployed.json');
    await writeFile(file, JSON.stringify({ ...withoutLocal, Api: { ApiUrl: 'https://api.example' } }));
    const env = {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
      AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
    };
    const without = await run([type, '--outputs', file], env);
    const { code, stdout } = await run(
      [type, '--outputs', file, '--account', 'acc_17', '--id', 'evt_9'],
      env,
    );

    expect(without.stderr).toBe('name the account with --account, as in --account acc_17\n');
    expect([code, stdout]).toEqual([
      0,
      `Published ${type} evt_9 for acc_17.\nThe account's keys see what becomes of it at https://api.example/events/evt_9\n`,
    ]);
    expect(accepted).toMatchObject([{ type, detail: { id: 'evt_9', accountId: 'acc_17' } }]);
  });
});
