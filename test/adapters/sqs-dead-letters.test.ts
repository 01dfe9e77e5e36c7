import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createDeadLetters } from '../../adapters/sqs-dead-letters.ts';
import { envelope } from '../support/builders.ts';
import { connectSqsAt, type QueueEngine, startQueues, type WorkQueue } from '../support/engines.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../support/wire-proxy.ts';

let engine: QueueEngine;
let proxy: WireProxy;
let sqs: SQSClient;
let events: WorkQueue;
let retries: WorkQueue;
beforeAll(async () => {
  engine = await startQueues();
  proxy = await startWireProxy(engine.endpoint);
  sqs = connectSqsAt(proxy.url);
  events = engine.createWorkQueue('ticket-created');
  retries = engine.createWorkQueue('retries');
});
afterEach(() => {
  proxy.reset();
  engine.clear();
});
afterAll(async () => {
  sqs.destroy();
  await proxy.close();
  await engine.close();
});

const rejection = { reason: 'invalid-data', explanation: 'detail.data.ticket: Invalid input' } as const;

test('a rejected message arrives, unchanged and with the reason, where its queue’s redrive policy points', async () => {
  const body = envelope();

  await createDeadLetters(sqs).reject(events.arn, body, rejection);

  expect(engine.messagesIn('ticket-created-dlq')).toEqual([{ body, attributes: rejection, delaySeconds: 0 }]);
  expect(engine.messagesIn('retries-dlq')).toEqual([]);
  expect(engine.messagesIn('ticket-created')).toEqual([]);
});

test('each queue has its own dead-letter queue', async () => {
  const deadLetters = createDeadLetters(sqs);

  await deadLetters.reject(events.arn, 'of events', rejection);
  await deadLetters.reject(retries.arn, 'of retries', rejection);

  expect(engine.messagesIn('ticket-created-dlq').map(({ body }) => body)).toEqual(['of events']);
  expect(engine.messagesIn('retries-dlq').map(({ body }) => body)).toEqual(['of retries']);
});

test('the redrive policy is read once', async () => {
  const deadLetters = createDeadLetters(sqs);

  await deadLetters.reject(events.arn, '1', rejection);
  await deadLetters.reject(events.arn, '2', rejection);

  const operations = proxy.calls.map(({ operation }) => operation);
  expect(operations).toEqual([
    'GetQueueUrl',
    'GetQueueAttributes',
    'GetQueueUrl',
    'SendMessage',
    'SendMessage',
  ]);
});

test('a queue without a redrive policy is a fault of ours', async () => {
  const plain = engine.createQueue('plain');

  await expect(createDeadLetters(sqs).reject(plain.arn, 'x', rejection)).rejects.toThrow(
    'has no dead-letter queue',
  );
});

test('a queue that does not exist is a fault of ours', async () => {
  const arn = 'arn:aws:sqs:us-east-1:000000000000:gone';

  await expect(createDeadLetters(sqs).reject(arn, 'x', rejection)).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
  });
});

test('a failed look-up is made anew, and a message that SQS does not take is a failure', async () => {
  const deadLetters = createDeadLetters(sqs);
  proxy.intercept(async () => internalFailure);
  await expect(deadLetters.reject(events.arn, 'x', rejection)).rejects.toMatchObject({
    name: 'InternalFailure',
  });

  proxy.intercept((call) =>
    call.operation === 'SendMessage' ? Promise.resolve(internalFailure) : call.forward(),
  );
  await expect(deadLetters.reject(events.arn, 'x', rejection)).rejects.toMatchObject({
    name: 'InternalFailure',
  });
  proxy.reset();
  await deadLetters.reject(events.arn, 'x', rejection);

  expect(engine.messagesIn('ticket-created-dlq')).toHaveLength(1);
});
