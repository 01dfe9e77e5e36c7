import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import { createBatchedSends, type SendMessage } from '../../local/batched-sends.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { uniqueId } from '../support/builders.ts';
import { type QueueEngine, region, startQueues } from '../support/engines.ts';

let engine: QueueEngine;
let wire: WireProxy;
let sqs: SQSClient;
let send: SendMessage;
beforeAll(async () => {
  engine = await startQueues();
  wire = await startWireProxy(engine.endpoint);
  sqs = new SQSClient({ endpoint: wire.url, region, credentials: operatorCredentials, maxAttempts: 1 });
  send = createBatchedSends(sqs);
});
afterAll(async () => {
  sqs.destroy();
  await wire.close();
  await engine.close();
});

const bodiesIn = (name: string) => engine.messagesIn(name).map(({ body }) => body);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `message ${index}`);

test('messages that are given together go by one call for each ten of a queue, in their order', async () => {
  const [one, other] = [engine.createQueue(uniqueId('one')), engine.createQueue(uniqueId('other'))];
  wire.reset();

  await Promise.all([
    ...numbered(12).map((MessageBody) => send(one.url, { MessageBody })),
    send(other.url, { MessageBody: 'alone' }),
  ]);

  expect(bodiesIn(one.name)).toEqual(numbered(12));
  expect(bodiesIn(other.name)).toEqual(['alone']);
  expect(wire.calls.map(({ operation, input }) => [operation, input.Entries.length])).toEqual(
    expect.arrayContaining([
      ['SendMessageBatch', 10],
      ['SendMessageBatch', 2],
      ['SendMessageBatch', 1],
    ]),
  );
  expect(wire.calls).toHaveLength(3);
});

test('no call is larger than SQS takes', async () => {
  const { url, name } = engine.createQueue(uniqueId('large'));
  const large = ['a', 'b', 'c'].map((letter) => letter.repeat(400 * 1024));

  await Promise.all(large.map((MessageBody) => send(url, { MessageBody })));

  expect(bodiesIn(name).toSorted()).toEqual(large);
});

test('a message that is refused fails by itself, with the code of the refusal', async () => {
  const { url, name } = engine.createQueue(uniqueId('refusing'));

  const results = await Promise.allSettled(
    ['good', 'bad \u0000', 'better'].map((MessageBody) => send(url, { MessageBody })),
  );

  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((results[1] as PromiseRejectedResult).reason).toMatchObject({ name: 'InvalidMessageContents' });
  expect(bodiesIn(name)).toEqual(['good', 'better']);
});

test('each message fails of a call that fails', async () => {
  const sending = ['one', 'two'].map((MessageBody) =>
    send(`${engine.endpoint}/000000000000/none`, { MessageBody }),
  );

  const results = await Promise.allSettled(sending);

  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
