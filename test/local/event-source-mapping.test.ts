import {
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { startWireProxy } from '../../bench/wire-proxy.ts';
import { type EventSourceMapping, startPolling } from '../../local/event-source-mapping.ts';
import type { LambdaFunction } from '../../local/lambda-function.ts';
import { uniqueId } from '../support/builders.ts';
import { connectSqsAt, type QueueEngine, startQueues, type WorkQueue } from '../support/engines.ts';
import { until } from '../support/until.ts';

let engine: QueueEngine;
let queue: WorkQueue;
let poller: { stop(): Promise<void> } | undefined;
const faults: unknown[] = [];
beforeAll(async () => {
  engine = await startQueues();
});
afterEach(async () => {
  await poller?.stop();
  faults.length = 0;
});
afterAll(() => engine.close());

/** A function by what it answers to a batch. */
function functionOf(
  handle: (event: SQSEvent) => Promise<unknown>,
  hasRoom: () => boolean = () => true,
): LambdaFunction {
  return {
    settings: {} as LambdaFunction['settings'],
    invoke: (event) => handle(event as SQSEvent),
    hasRoom,
    kill: () => 0,
    close: async () => undefined,
  };
}

function poll(
  target: LambdaFunction,
  changes: Partial<EventSourceMapping> = {},
  sqs: SQSClient = engine.sqs,
): void {
  const { url: queueUrl, arn: queueArn } = queue;
  const known = { queueUrl, queueArn, batchSize: 10, reportsFailures: true, maxConcurrency: undefined };
  const mapping = { ...known, target, ...changes };
  poller = startPolling(mapping, sqs, (fault) => void faults.push(fault));
}

async function send(...bodies: string[]): Promise<void> {
  queue = engine.createWorkQueue(uniqueId('queue'));
  const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  await engine.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
}

/** Those that were received and not deleted: SQS hands them out again after the visibility timeout. */
const inWork = () => engine.inWorkIn(queue.name).toSorted();
const waiting = () => engine.messagesIn(queue.name).map(({ body }) => body);

describe('a batch', () => {
  test('is deleted but for the messages that failed', async () => {
    await send('good', 'bad', 'fine');
    const failure = ({ Records }: SQSEvent) =>
      Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId }));
    poll(functionOf(async (event) => ({ batchItemFailures: failure(event) })));

    await until('the good ones are deleted', () => waiting().length === 0 && inWork().length === 1);

    expect(inWork()).toEqual(['bad']);
    expect(faults).toEqual([]);
  });

  test.each([
    ['throws', () => Promise.reject(new Error('broken'))],
    ['names a message that it did not get', async () => ({ batchItemFailures: [{ itemIdentifier: 'x' }] })],
    ['names none', async () => ({ batchItemFailures: [{}] })],
  ])('stays as a whole if its function %s', async (_, handle) => {
    await send('one', 'other');
    poll(functionOf(handle));

    await until('the batch has failed', () => faults.length > 0);

    expect(inWork()).toEqual(['one', 'other']);
  });

  test.each([
    ['an empty list of failures', { batchItemFailures: [] }],
    ['none', { batchItemFailures: null }],
    ['nothing', undefined],
  ])('is deleted if its function answers with %s', async (_, answer) => {
    await send('one', 'other');
    poll(functionOf(async () => answer));

    await until('the batch is deleted', () => waiting().length === 0 && inWork().length === 0);

    expect(faults).toEqual([]);
  });
});

describe('a message that failed', () => {
  const failAll = async ({ Records }: SQSEvent) => ({
    batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })),
  });

  test.each([
    ['alone', failAll],
    ['with its batch', () => Promise.reject(new Error('broken'))],
  ])('%s is handed out again, and goes to the dead-letter queue after so many times', async (_, handle) => {
    await send('bad');
    const policy = {
      deadLetterTargetArn: queue.arn.replace(queue.name, `${queue.name}-dlq`),
      maxReceiveCount: 2,
    };
    const Attributes = { VisibilityTimeout: '0', RedrivePolicy: JSON.stringify(policy) };
    await engine.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes }));
    const receives: string[] = [];
    poll(
      functionOf((event) => {
        receives.push(...event.Records.map(({ attributes }) => attributes.ApproximateReceiveCount));
        return handle(event);
      }),
    );

    await until('the message is a dead letter', () => engine.messagesIn(`${queue.name}-dlq`).length === 1);

    expect(receives).toEqual(['1', '2']);
    expect([...waiting(), ...inWork()]).toEqual([]);
    expect(engine.messagesIn(`${queue.name}-dlq`).map(({ body }) => body)).toEqual(['bad']);
  });

  test('stays, though another of the same text is done', async () => {
    await send('same', 'same', 'same');
    poll(
      functionOf(async ({ Records }) => ({
        batchItemFailures: Records.slice(1, 2).map(({ messageId }) => ({ itemIdentifier: messageId })),
      })),
    );

    await until('the others are deleted', () => waiting().length === 0 && inWork().length === 1);

    expect(inWork()).toEqual(['same']);
  });

  test('is deleted where the mapping does not ask which failed: only a batch fails', async () => {
    await send('bad', 'good');
    poll(functionOf(failAll), { reportsFailures: false });

    await until('the batch is deleted', () => waiting().length === 0 && inWork().length === 0);

    expect(faults).toEqual([]);
  });
});

test('a function gets each message as Lambda hands it out', async () => {
  queue = engine.createWorkQueue(uniqueId('queue'));
  await engine.sqs.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: 'hello 🎉',
      MessageAttributes: { reason: { DataType: 'String', StringValue: 'timeout' } },
    }),
  );
  const events: SQSEvent[] = [];
  poll(functionOf(async (event) => void events.push(event)));

  await until('the message is received', () => events.length > 0);

  expect(events).toMatchObject([
    {
      Records: [
        {
          messageId: expect.stringMatching(/./),
          receiptHandle: expect.stringMatching(/./),
          body: 'hello 🎉',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
          },
          messageAttributes: { reason: { dataType: 'String', stringValue: 'timeout' } },
          eventSource: 'aws:sqs',
          eventSourceARN: queue.arn,
          awsRegion: 'us-east-1',
        },
      ],
    },
  ]);
});

test.each([
  [undefined, 5],
  [2, 2],
  [100, 5],
])('with a maximum concurrency of %p, %p batches are in work at a time', async (maxConcurrency, expected) => {
  await send(...Array.from({ length: 8 }, (_, index) => String(index)));
  const releases: (() => void)[] = [];
  const done: string[] = [];
  const target = functionOf(async ({ Records }) => {
    await new Promise<void>((resolve) => releases.push(resolve));
    done.push(...Records.map(({ body }) => body));
  });
  poll(target, { batchSize: 1, maxConcurrency });

  await until('as many as may are in work', () => releases.length === expected);
  expect(inWork()).toHaveLength(expected);
  // One that ends makes room for one.
  releases[0]?.();
  await until('another is in work', () => releases.length === expected + 1);
  expect(done).toHaveLength(1);

  await until('all are done', () => {
    for (const release of releases) release();
    return done.length === 8;
  });
  expect(new Set(done).size).toBe(8);
});

test.each([true, false])(
  'a message that cannot be deleted is reported (SenderFault: %s)',
  async (SenderFault) => {
    await send('one', 'other');
    const proxy = await startWireProxy(engine.endpoint);
    proxy.intercept(async (call) => {
      if (call.operation !== 'DeleteMessageBatch') return call.forward();
      const { Entries } = call.input;
      const { status, body } = await call.forward({ ...call.input, Entries: Entries.slice(1) });
      return { status, body: { ...body, Failed: [{ Id: Entries[0].Id, Code: 'Broken', SenderFault }] } };
    });
    const sqs = connectSqsAt(proxy.url);
    poll(
      functionOf(async () => ({ batchItemFailures: [] })),
      {},
      sqs,
    );

    await until('the fault is reported', () => faults.length > 0);
    await poller?.stop();
    sqs.destroy();
    await proxy.close();

    expect(faults).toEqual([new Error('messages come again: Broken')]);
    expect(inWork()).toEqual(['one']);
  },
);

test('nothing is received while its function has no room: it would become visible again meanwhile', async () => {
  await send('one');
  let asked = 0;
  let hasRoom = false;
  const received: string[] = [];
  const target = functionOf(
    async ({ Records }) => void received.push(...Records.map(({ body }) => body)),
    () => {
      asked += 1;
      return hasRoom;
    },
  );
  poll(target);

  await until('the poller has asked for room', () => asked > 3);
  expect([waiting(), inWork()]).toEqual([['one'], []]);

  hasRoom = true;
  await until('the message is received', () => received.length > 0);
  expect(received).toEqual(['one']);
});
