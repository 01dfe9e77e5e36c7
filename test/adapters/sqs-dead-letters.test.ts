import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createDeadLetters } from '../../adapters/sqs-dead-letters.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import { envelope } from '../support/builders.ts';
import {
  connectSqsAt,
  type QueuedMessage,
  type QueueEngine,
  startQueues,
  type WorkQueue,
} from '../support/engines.ts';

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

describe('a message that is nearly as large as SQS takes', () => {
  const maxBytes = 1_048_576;
  /** What SQS counts: the body, and of each attribute the name, the type and the value. */
  const sizeOf = ({ body, attributes }: Pick<QueuedMessage, 'body' | 'attributes'>) =>
    Object.entries(attributes).reduce(
      (sum, [name, value]) => sum + Buffer.byteLength(`${name}String${value}`),
      Buffer.byteLength(body),
    );
  const reason = 'invalid-data';
  const texts = [
    'detail.data.ticket: Invalid input; '.repeat(20),
    '€'.repeat(300),
    '😀'.repeat(200),
    'a€😀'.repeat(100),
    'x',
    '',
  ];

  test('is rejected with as much of its explanation as fits, in whole characters', async () => {
    const deadLetters = createDeadLetters(sqs);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_200 }), fc.constantFrom(...texts), async (room, text) => {
        const body = `ü${'x'.repeat(maxBytes - room - 2)}`;
        engine.clear();

        await deadLetters.reject(events.arn, body, { reason, explanation: text });

        const [message = { body: '', attributes: {} }, ...others] = engine.messagesIn('ticket-created-dlq');
        expect(others).toEqual([]);
        expect(message.body === body).toBe(true);
        const { explanation: shown = '', ...named }: QueuedMessage['attributes'] = message.attributes;
        expect(named).toEqual(room < Buffer.byteLength(`reasonString${reason}`) ? {} : { reason });
        expect(text.startsWith(shown) && shown.isWellFormed()).toBe(true);
        const [next] = Array.from(text.slice(shown.length));
        const longer = { body, attributes: { reason, explanation: `${shown}${next}` } };
        expect(sizeOf(message)).toBeLessThanOrEqual(maxBytes);
        expect(next === undefined || sizeOf(longer) > maxBytes).toBe(true);
      }),
      {
        numRuns: 50,
        examples: [0, 23, 24, 41, 42, 43, 44, 45, 46, 47].map((room) => [room, '😀'.repeat(200)]),
      },
    );
  }, 60_000);
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
