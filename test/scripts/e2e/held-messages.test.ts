import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { findHeld, removeHeld } from '../../../scripts/e2e/held-messages.ts';
import { type QueueEngine, startQueues } from '../../support/engines.ts';

const queuePrefix = 'iomnihub-webhooks-test-';
const held = ['made-up-dlq', 'unrouted', 'exhausted-deliveries'];

let queues: QueueEngine;
beforeAll(async () => {
  queues = await startQueues();
  queues.createWorkQueue(`${queuePrefix}made-up`);
  for (const name of held.slice(1)) queues.createQueue(queuePrefix + name);
  queues.createQueue('iomnihub-webhooks-other-unrouted');
});
afterEach(() => queues.clear());
afterAll(() => queues.close());

/** More of ours and of others than SQS hands out at once, in no order. */
const bodies = Array.from({ length: 25 }, (_, index) => `${index % 3 === 0 ? 'ours' : 'theirs'} ${index}`);
const isOurs = (body: string) => body.startsWith('ours');
const { signal } = new AbortController();

async function fill(queueName: string): Promise<void> {
  const QueueUrl = `${queues.endpoint}/000000000000/${queueName}`;
  for (const MessageBody of bodies) await queues.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
}

const visibleIn = (queueName: string) => queues.messagesIn(queueName).map(({ body }) => body);

test('a message is found among others, and all of them stay where they can be received', async () => {
  const queueName = `${queuePrefix}made-up-dlq`;
  await fill(queueName);
  const find = (isWanted: (body: string) => boolean) =>
    findHeld({ sqs: queues.sqs, queuePrefix }, 'made-up-dlq', isWanted, signal);

  expect((await find((body) => body === 'ours 24'))?.Body).toBe('ours 24');
  expect(await find((body) => body === 'ours 25')).toBeUndefined();
  expect(new Set(visibleIn(queueName))).toEqual(new Set(bodies));
  expect(queues.inWorkIn(queueName)).toEqual([]);
});

test('messages are removed from queues that nothing drains, and those of others stay', async () => {
  const untouched = [`${queuePrefix}made-up`, 'iomnihub-webhooks-other-unrouted'];
  for (const queueName of [...held.map((name) => queuePrefix + name), ...untouched]) await fill(queueName);
  await removeHeld({ sqs: queues.sqs, queuePrefix }, isOurs, signal);

  for (const name of held)
    expect(new Set(visibleIn(queuePrefix + name))).toEqual(new Set(bodies.filter((body) => !isOurs(body))));
  for (const queueName of untouched) expect(new Set(visibleIn(queueName))).toEqual(new Set(bodies));
});
