import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { startPolling } from '../../local/event-source-mapping.ts';
import type { LambdaFunction } from '../../local/lambda-function.ts';
import { uniqueId } from '../support/builders.ts';
import { type QueueEngine, startQueues, type WorkQueue } from '../support/engines.ts';
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

function poll(target: LambdaFunction, reportsFailures = true): void {
  const { url: queueUrl, arn: queueArn } = queue;
  const mapping = { queueUrl, queueArn, batchSize: 10, reportsFailures, maxConcurrency: undefined, target };
  poller = startPolling(mapping, engine.sqs, (fault) => void faults.push(fault));
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
