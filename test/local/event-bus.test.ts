import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type AcceptedEvent, type BusRule, startEventBus } from '../../local/event-bus.ts';
import type { LocalServer } from '../../local/http-server.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { uniqueId } from '../support/builders.ts';
import { type QueueEngine, region, startQueues, type WorkQueue } from '../support/engines.ts';

let engine: QueueEngine;
let made: WorkQueue;
let deadLetters: WorkQueue;
let bus: LocalServer;
let client: EventBridgeClient;

beforeAll(async () => {
  engine = await startQueues();
});
beforeEach(async () => {
  made = engine.createQueue(uniqueId('made'));
  deadLetters = engine.createQueue(uniqueId('dead'));
  await connect([ruleTo(made.url, deadLetters.url)]);
});
afterAll(async () => {
  await disconnect();
  await engine.close();
});

function ruleTo(queueUrl: string, deadLetterQueueUrl: string | undefined): BusRule {
  const pattern = { source: ['helpdesk'], 'detail-type': ['made'] };
  return {
    arn: 'arn:rule',
    pattern,
    targets: [{ queueUrl, deadLetterQueueUrl, messageGroupIdPath: '$.detail.accountId' }],
  };
}

async function connect(
  rules: readonly BusRule[],
  onAccepted?: (event: AcceptedEvent) => void,
): Promise<void> {
  await disconnect();
  bus = await startEventBus(['events'], rules, engine.sqs, onAccepted);
  // One try a call: what fails here would fail again.
  client = new EventBridgeClient({
    endpoint: bus.url,
    region,
    credentials: operatorCredentials,
    maxAttempts: 1,
  });
}

async function disconnect(): Promise<void> {
  client?.destroy();
  await bus?.close();
}

function entryOf(Detail: string, other: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry {
  return { EventBusName: 'events', Source: 'helpdesk', DetailType: 'made', Detail, ...other };
}

async function put(...Entries: PutEventsRequestEntry[]) {
  return client.send(new PutEventsCommand({ Entries }));
}

const arrived = (queue = made) => engine.messagesIn(queue.name).map(({ body }) => body);

/** The text of `detail` in an envelope, whose last field it is. */
const detailIn = (envelope = '') => envelope.slice(envelope.indexOf('"detail":') + '"detail":'.length, -1);

describe('the text of a detail arrives letter by letter', () => {
  test.each([
    [
      'an emoji in a text, a name, a tag and a key',
      '{"text":"🎉","actor":{"name":"Zoë 🦄"},"tags":["😀"],"🔑":1}',
    ],
    ['the last character of Unicode', '{"text":"\u{10FFFF}"}'],
    ['a number of 19 digits', '{"id":1234567890123456789}'],
    ['a number with a zero at its end', '{"price":1.10}'],
    ['a number that no double holds', '{"huge":1e400,"tiny":-1e-400,"zero":-0}'],
    ['one key twice', '{"a":1,"a":2}'],
    ['keys that look like numbers, in their order', '{"b":1,"10":2,"9":3,"__proto__":4}'],
    ['an escaped NUL', '{"text":"a\\u0000z"}'],
    ['an escaped half of a character', '{"text":"\\ud83d","other":"\\udc00"}'],
    ['an escaped character that SQS refuses', '{"text":"\\ufffe\\uffff"}'],
    ['escapes that nothing asks for', '{"\\u0061":"\\/\\u00e9"}'],
    ['white space', ' {\n\t"a" : [ 1 , 2 ]\r\n} '],
    ['a thousand levels', `{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`],
  ])('with %s', async (_, detail) => {
    expect(await put(entryOf(detail))).toMatchObject({ FailedEntryCount: 0 });

    expect(arrived().map(detailIn)).toEqual([detail]);
  });

  test('in the envelope of EventBridge', async () => {
    const { Entries } = await put(
      entryOf('{"accountId":"acc_1"}', { Time: new Date('2026-11-23T16:55:00.900Z'), Resources: ['r'] }),
    );

    expect(arrived().map((text) => JSON.parse(text) as unknown)).toEqual([
      {
        version: '0',
        id: Entries?.[0]?.EventId,
        'detail-type': 'made',
        source: 'helpdesk',
        account: '000000000000',
        time: '2026-11-23T16:55:00Z',
        region: 'us-east-1',
        resources: ['r'],
        detail: { accountId: 'acc_1' },
      },
    ]);
  });
});

describe('an entry that fails is reported in its place, and the others arrive', () => {
  const good = (index: number) => entryOf(`{"index":${index}}`);
  const badEntries: [string, PutEventsRequestEntry, string][] = [
    ['without a source', entryOf('{}', { Source: '' }), 'InvalidArgument'],
    ['without a type', entryOf('{}', { DetailType: '' }), 'InvalidArgument'],
    ['without a detail', entryOf(''), 'InvalidArgument'],
    ['of AWS itself', entryOf('{}', { Source: 'aws.sqs' }), 'NotAuthorizedForSourceException'],
    ['whose detail is no JSON', entryOf('{"a":1'), 'MalformedDetail'],
    ['whose detail is a list', entryOf('[1]'), 'MalformedDetail'],
    ['whose detail is null', entryOf('null'), 'MalformedDetail'],
    ['with U+FFFE, which SQS refuses', entryOf('{"text":"\uFFFE"}'), 'InternalFailure'],
    ['with U+FFFF, which SQS refuses', entryOf('{"text":"\uFFFF"}'), 'InternalFailure'],
    ['with a raw half of a character, which SQS refuses', entryOf('{"text":"\uD83D"}'), 'InternalFailure'],
  ];

  test.each(badEntries)('%s', async (_, bad, code) => {
    const entries = Array.from({ length: 10 }, (_unused, index) => (index === 4 ? bad : good(index)));

    const { FailedEntryCount, Entries = [] } = await put(...entries);

    expect(FailedEntryCount).toBe(1);
    expect(Entries.map(({ ErrorCode }) => ErrorCode)).toEqual(
      entries.map((entry) => (entry === bad ? code : undefined)),
    );
    expect(Entries[4]?.ErrorMessage).toMatch(/\w/);
    expect(Entries[4]?.EventId).toBeUndefined();
    expect(Entries.filter(({ EventId }) => EventId)).toHaveLength(9);
    expect(arrived().map(detailIn).toSorted()).toEqual(
      entries.filter((entry) => entry !== bad).map(({ Detail }) => Detail),
    );
    expect(arrived(deadLetters)).toEqual([]);
  });

  test('an event whose queue is gone waits in the dead-letter queue, and is accepted', async () => {
    await connect([ruleTo(`${made.url}-gone`, deadLetters.url)]);

    expect(await put(good(1), good(2))).toMatchObject({ FailedEntryCount: 0 });

    expect(arrived(deadLetters).map(detailIn).toSorted()).toEqual(['{"index":1}', '{"index":2}']);
    const [{ attributes } = {}] = engine.messagesIn(deadLetters.name);
    expect(attributes).toMatchObject({ RULE_ARN: 'arn:rule', TARGET_ARN: `${made.url}-gone` });
  });

  test('an event that reaches neither its queue nor a dead-letter queue is not accepted', async () => {
    await connect([
      ruleTo(`${made.url}-gone`, undefined),
      { ...ruleTo(made.url, undefined), pattern: { source: ['other'] } },
    ]);

    const { Entries } = await put(good(1), entryOf('{"index":2}', { Source: 'other' }));

    expect(Entries).toMatchObject([{ ErrorCode: 'InternalFailure' }, { EventId: expect.any(String) }]);
    expect(arrived().map(detailIn)).toEqual(['{"index":2}']);
  });

  test('an event that no rule matches is accepted and goes nowhere', async () => {
    expect(await put(entryOf('{}', { DetailType: 'unmade' }))).toMatchObject({ FailedEntryCount: 0 });

    expect([arrived(), arrived(deadLetters)]).toEqual([[], []]);
  });
});

test('a rule writes a line into its log, with what its template names of the event', async () => {
  const lines: string[] = [];
  const paths = { time: '$.time', source: '$.source', 'detail-type': '$.detail-type', who: '$.detail.who' };
  const template = '{"timestamp":<time>,"message":"seen <source> <detail-type> <who> <nobody>."}';
  const target = { transformer: { InputPathsMap: paths, InputTemplate: template } };
  const pattern = { source: [{ 'anything-but': ['helpdesk'] }] };
  await connect([{ arn: 'arn:rule', pattern, targets: [target] }], ({ logLines }) => lines.push(...logLines));

  await put(entryOf('{"who":"A \\"B\\" 🎉"}', { Source: 'billing', DetailType: 'paid' }), entryOf('{}'));

  expect(lines).toEqual(['seen billing paid A "B" 🎉 .']);
});

test('each accepted event is reported, in the words of its publisher, and no other', async () => {
  const accepted: AcceptedEvent[] = [];
  await connect([ruleTo(made.url, deadLetters.url)], (event) => accepted.push(event));

  await put(entryOf('{"id":"evt_1"}'), entryOf('{"id":'));
  await put(entryOf('{"id":"evt_2"}', { DetailType: 'unmade' }));

  expect(accepted).toEqual([
    { source: 'helpdesk', type: 'made', detail: { id: 'evt_1' }, logLines: [] },
    { source: 'helpdesk', type: 'unmade', detail: { id: 'evt_2' }, logLines: [] },
  ]);
});

describe('the whole call is refused', () => {
  test.each([
    [
      'for a bus that does not exist',
      [entryOf('{}'), entryOf('{}', { EventBusName: 'x' })],
      'ResourceNotFoundException',
    ],
    ['without an entry', [], 'ValidationException'],
    ['with eleven entries', Array.from({ length: 11 }, () => entryOf('{}')), 'ValidationException'],
    ['over 1 MiB', [entryOf(`{"a":"${'x'.repeat(1024 * 1024)}"}`)], 'ValidationException'],
  ])('%s', async (_, entries, name) => {
    await expect(put(...entries)).rejects.toMatchObject({ name });

    expect(arrived()).toEqual([]);
  });
});
