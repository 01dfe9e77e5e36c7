import { execFileSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type EventType, eventTypes } from '../../core/events/event-catalog.ts';
import { operationalTypes } from '../../core/events/operational-events.ts';
import type { EventSelector } from '../../core/subscriptions/event-selector.ts';
import { type CallApi, connectApi } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { connectSqs, peek, untilAtRest } from '../support/at-rest.ts';
import { uniqueId } from '../support/builders.ts';
import { exampleData } from '../support/journey-data.ts';
import { type LocalRun, type Outputs, startLocalRun } from '../support/local-run.ts';
import { type Receiver, startReceiver, verifyCallback } from '../support/receiver.ts';

jest.setTimeout(120_000);

describe('a run of npm start', () => {
  let run: LocalRun;
  let outputs: Outputs;
  let eventBridge: EventBridgeClient;
  let sqs: SQSClient;
  const receivers: Receiver[] = [];

  beforeAll(async () => {
    run = await startLocalRun('-c', 'retryScheduleSeconds=0,1,1');
    await run.printed('Ctrl-C stops everything');
    outputs = await run.outputs();
    const region = 'us-east-1';
    eventBridge = new EventBridgeClient({
      endpoint: outputs.Local.EventsEndpoint,
      region,
      credentials: operatorCredentials,
    });
    sqs = connectSqs(outputs.Local.SqsEndpoint);
  });

  afterEach(async () => {
    await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
  });

  afterAll(async () => {
    eventBridge.destroy();
    sqs.destroy();
    await run.stop();
  });

  async function subscribe(owner: CallApi, ...types: EventSelector[]) {
    const receiver = await startReceiver();
    receivers.push(receiver);
    const { id, secret } = await owner('POST', '/subscriptions', { url: receiver.url, eventTypes: types });
    return { receiver, id: String(id), secret: String(secret) };
  }

  /** An account of its own, whose subscriptions no cache has seen yet. */
  async function newAccount(): Promise<{ accountId: string; owner: CallApi }> {
    const accountId = uniqueId('acc_journey');
    const { key } = await connectApi(outputs.apiUrl, operatorCredentials)(
      'POST',
      `/accounts/${accountId}/api-keys`,
      {},
    );
    return { accountId, owner: connectApi(outputs.apiUrl, { apiKey: String(key) }) };
  }

  function entryOf(type: EventType, accountId: string, detail: object = {}): PutEventsRequestEntry {
    const id = uniqueId('evt_journey');
    const occurredAt = new Date().toISOString();
    return {
      EventBusName: outputs.eventBusName,
      Source: 'iomnihub.helpdesk',
      DetailType: type,
      Detail: JSON.stringify({ id, accountId, occurredAt, data: exampleData(type), ...detail }),
    };
  }

  function put(...Entries: PutEventsRequestEntry[]) {
    return eventBridge.send(new PutEventsCommand({ Entries }));
  }

  const [created, resolved] = eventTypes as [EventType, EventType, ...EventType[]];

  test('delivers to each subscriber exactly its types and its account, signed with its own secret', async () => {
    const ours = await newAccount();
    const others = await newAccount();
    const one = await subscribe(ours.owner, created);
    const two = await subscribe(ours.owner, created, resolved);
    const other = await subscribe(others.owner, ...eventTypes);

    await put(...eventTypes.map((type) => entryOf(type, ours.accountId)));
    await untilAtRest(sqs);

    const typesOf = ({ receiver, secret }: typeof one) =>
      receiver.callbacks
        .map((callback) => (verifyCallback(callback, secret) as { type: string }).type)
        .sort();
    expect(typesOf(one)).toEqual([created]);
    expect(typesOf(two)).toEqual([created, resolved].sort());
    expect(typesOf(other)).toEqual([]);
    const [callback] = one.receiver.callbacks;
    expect(() => callback && verifyCallback(callback, two.secret)).toThrow('No matching signature');
  });

  test('delivers what people write letter by letter, and numbers digit by digit', async () => {
    const { accountId, owner } = await newAccount();
    const { receiver, secret } = await subscribe(owner, ...eventTypes);

    const { FailedEntryCount } = await put(...eventTypes.map((type) => entryOf(type, accountId)));
    await untilAtRest(sqs);

    expect(FailedEntryCount).toBe(0);
    for (const callback of receiver.callbacks) {
      const { type } = verifyCallback(callback, secret) as { type: EventType };
      expect(callback.body).toContain(`"data":${JSON.stringify(exampleData(type))}}`);
    }
    expect(receiver.callbacks).toHaveLength(eventTypes.length);
  });

  test('tells an owner who asked for it of an event that nobody can receive, and an owner of everything not', async () => {
    const { accountId, owner } = await newAccount();
    const told = await subscribe(owner, 'webhook.*');
    const everything = await subscribe(owner, '*');
    const { Entries = [] } = await put(entryOf(resolved, accountId, { data: { ticket: 'confidential' } }));
    await untilAtRest(sqs);

    expect(everything.receiver.callbacks).toEqual([]);
    expect(told.receiver.callbacks).toHaveLength(1);
    const [callback] = told.receiver.callbacks;
    expect(callback && verifyCallback(callback, told.secret)).toMatchObject({
      id: callback?.headers['webhook-id'],
      type: operationalTypes.at(-1),
      accountId,
      data: {
        event: { type: resolved, envelopeId: Entries[0]?.EventId },
        reason: 'invalid-data',
        fields: expect.arrayContaining(['detail.data.ticket']),
      },
    });
    expect(callback?.body).not.toContain('confidential');
  });

  test('calls again after a failure, with the same webhook-id and a timestamp and signature of its own', async () => {
    const { accountId, owner } = await newAccount();
    const { receiver, secret } = await subscribe(owner, created);
    const answers = [500, 500, 200];
    receiver.respond((response) => void response.writeHead(answers.shift() ?? 500).end());

    await put(entryOf(created, accountId));
    await untilAtRest(sqs);

    expect(receiver.callbacks).toHaveLength(3);
    expect(new Set(receiver.callbacks.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.callbacks.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3);
    expect(new Set(receiver.callbacks.map(({ body }) => body)).size).toBe(1);
    for (const callback of receiver.callbacks) verifyCallback(callback, secret);
  });

  test('calls no more once a subscription is deleted', async () => {
    const { accountId, owner } = await newAccount();
    const { receiver, id } = await subscribe(owner, created);
    await owner('DELETE', `/subscriptions/${id}`);
    await put(entryOf(created, accountId));
    await untilAtRest(sqs);
    expect(receiver.callbacks).toEqual([]);
    expect(await owner('GET', '/subscriptions')).toEqual({ items: [], nextCursor: null });
  });

  test('goes on when functions were killed', async () => {
    expect(killSandboxes(run.process.pid)).toBeGreaterThan(0);
    const { accountId, owner } = await newAccount();
    const { receiver } = await subscribe(owner, created);
    await put(entryOf(created, accountId));
    await untilAtRest(sqs);
    expect(receiver.callbacks).toHaveLength(1);
  });

  test('puts events that do not fit into their dead-letter queue with the reason, and delivers the others', async () => {
    const { accountId, owner } = await newAccount();
    const { receiver } = await subscribe(owner, created);
    const data = exampleData(created);
    const good = entryOf(created, accountId);
    await put(good);
    await untilAtRest(sqs);
    await put(
      entryOf(created, accountId, { accountId: undefined }),
      entryOf(created, accountId, { data: { ticket: 'none' } }),
      entryOf(created, accountId, { data: { ...data, text: 'x'.repeat(300_000) } }),
      { ...good, Detail: (good.Detail ?? '').replace('"occurredAt":"20', '"occurredAt":"19') },
      { ...entryOf(created, accountId), DetailType: 'ticket.exploded' },
      { ...entryOf(created, accountId), Source: 'iomnihub.billing' },
      entryOf(created, accountId),
    );
    await untilAtRest(sqs);

    expect(receiver.callbacks).toHaveLength(2);
    const rejected = await peek(sqs, `iomnihub-webhooks-local-${created.replace('.', '-')}-dlq`);
    expect(
      rejected.map(({ attributes }) => attributes['reason'] ?? '').toSorted((a, b) => a.localeCompare(b)),
    ).toEqual(['id-conflict', 'invalid-data', 'invalid-detail', 'too-large']);
    const unrouted = await peek(sqs, 'iomnihub-webhooks-local-unrouted');
    const routes = unrouted.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(
      new Set(routes.map((event) => `${String(event['source'])} ${String(event['detail-type'])}`)),
    ).toEqual(new Set(['iomnihub.helpdesk ticket.exploded', `iomnihub.billing ${created}`]));
    await run.printed('unrouted   ticket.exploded');
    await run.printed('nothing takes events of the source iomnihub.billing');
  });

  test('logs each event by the id that PutEvents has answered, and which invocation was a cold start', async () => {
    const { accountId, owner } = await newAccount();
    await subscribe(owner, created);
    const { Entries = [] } = await put(
      entryOf(created, accountId, { id: 'evt_found' }),
      entryOf(created, accountId, { id: 'evt_refused', data: {} }),
    );
    await untilAtRest(sqs);

    const [found, refused] = Entries.map(({ EventId }) => EventId);
    const lines = await linesOfFunctions();
    const named = (message: string, envelopeId = '') =>
      lines.filter((line) => line['message'] === message && line['envelopeId'] === envelopeId);
    expect(named('event.dispatched', found)).toMatchObject([
      { eventId: 'evt_found', accountId, eventType: created, outcome: 'planned', deliveries: 1 },
    ]);
    expect(named('event.rejected', refused)).toMatchObject([
      { eventId: 'evt_refused', accountId, reason: 'invalid-data' },
    ]);
    const starts = lines.map((line) => line['cold_start']);
    expect(starts).toContain(true);
    expect(starts).toContain(undefined);
    expect(lines.filter(({ message }) => String(message).startsWith('No application metrics'))).toEqual([]);
  });

  /** What the functions have logged, but for their metrics. */
  async function linesOfFunctions(): Promise<Record<string, unknown>[]> {
    const folder = join(run.folder, 'logs');
    const files = await readdir(folder);
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    return texts
      .flatMap((text) => text.split('\n'))
      .flatMap((line) => /\{.*"message".*\}$/.exec(line) ?? [])
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  describe('its event bus refuses what EventBridge refuses', () => {
    test.each([
      ['no source', { Source: undefined }, 'InvalidArgument'],
      ['no detail-type', { DetailType: undefined }, 'InvalidArgument'],
      ['no detail', { Detail: undefined }, 'InvalidArgument'],
      ['a detail that is not JSON', { Detail: '{' }, 'MalformedDetail'],
      ['a detail that is not an object', { Detail: '[]' }, 'MalformedDetail'],
      ['a source of AWS', { Source: 'aws.s3' }, 'NotAuthorizedForSourceException'],
    ])('%s, entry by entry', async (_, change, code) => {
      const { FailedEntryCount, Entries = [] } = await put(
        { ...entryOf(created, 'acc_none'), ...change },
        entryOf(created, 'acc_none'),
      );
      expect(FailedEntryCount).toBe(1);
      expect(Entries[0]).toMatchObject({ ErrorCode: code });
      expect(Entries[1]?.EventId).toMatch(/^[0-9a-f-]{36}$/);
    });

    test('more than ten entries, as a whole', async () => {
      const entries = Array.from({ length: 11 }, () => entryOf(created, 'acc_none'));
      await expect(put(...entries)).rejects.toMatchObject({ name: 'ValidationException' });
    });

    test('entries of over a megabyte together, as a whole', async () => {
      const large = entryOf(created, 'acc_none', { data: { text: 'x'.repeat(600_000) } });
      await expect(put(large, large)).rejects.toMatchObject({ name: 'ValidationException' });
    });

    test('a bus that does not exist', async () => {
      await expect(put({ ...entryOf(created, 'acc_none'), EventBusName: 'another' })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });
  });

  test.each([
    ['without a signature', { apiKey: 'whk_none' }],
    ['signed with another key', { accessKeyId: 'local', secretAccessKey: 'wrong' }],
  ])('issues no API key for a request %s', async (_, credentials) => {
    await expect(
      connectApi(outputs.apiUrl, credentials)('POST', '/accounts/acc_1/api-keys', {}),
    ).rejects.toThrow('403');
  });

  test('lets nobody else read its API key', async () => {
    const { mode } = await stat(join(run.folder, 'outputs.json'));
    expect(mode & 0o077).toBe(0);
  });

  test('leaves no process behind on Ctrl-C', async () => {
    const shortRun = await startLocalRun();
    await shortRun.printed('callbacks verified');
    const children = childrenOf(shortRun.process.pid);
    expect(children.length).toBeGreaterThan(4);
    expect(await shortRun.stop()).toBe(0);
    expect(children.filter(isRunning)).toEqual([]);
  });
});

function killSandboxes(parent: number | undefined): number {
  const sandboxes = childrenOf(parent).filter(({ command }) => command.includes('sandbox.ts'));
  for (const { pid } of sandboxes) process.kill(pid, 'SIGKILL');
  return sandboxes.length;
}

function childrenOf(parent: number | undefined): { pid: number; command: string }[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((parts) => Number(parts?.[2]) === parent)
    .map((parts) => ({ pid: Number(parts?.[1]), command: parts?.[3] ?? '' }));
}

function isRunning({ pid }: { pid: number }): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
