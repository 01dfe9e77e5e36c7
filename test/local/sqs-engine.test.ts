import { ReceiveMessageCommand, SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { uniqueId } from '../support/builders.ts';
import { type QueueEngine, startQueues, type WorkQueue } from '../support/engines.ts';

let engine: QueueEngine;
let queue: WorkQueue;
beforeAll(async () => {
  engine = await startQueues();
  queue = engine.createWorkQueue(uniqueId('queue'));
});
afterAll(() => engine.close());

const waiting = () => engine.messagesIn(queue.name).map(({ body }) => body);

/** The borders of what SQS takes, and those just beyond them. */
const taken = [
  0x9, 0xa, 0xd, 0x20, 0x7f, 0x85, 0xd7ff, 0xe000, 0xfffd, 0x1_0000, 0x1_f600, 0x1_ffff, 0x10_ffff,
];
const refused = [0x0, 0x8, 0xb, 0xc, 0xe, 0x1f, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xfffe, 0xffff];
const name = (code: number) => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
const bodies = (codes: readonly number[]) =>
  codes.map((code) => [name(code), `a${String.fromCodePoint(code)}z`]);

describe('the SQS of this machine', () => {
  test.each(bodies(taken))('takes and keeps %s', async (_, body = '') => {
    await engine.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: body }));

    expect(waiting()).toContain(body);
  });

  test.each(bodies(refused))('refuses %s', async (_, body) => {
    const sending = engine.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: body }));

    await expect(sending).rejects.toMatchObject({
      name: expect.stringMatching(/InvalidMessageContents$/),
    });
  });

  test('refuses a part of a batch for its characters and takes the others', async () => {
    const batch = [...bodies(taken).slice(-4), ...bodies(refused).slice(-4)];
    const Entries = batch.map(([, MessageBody], index) => ({ Id: String(index), MessageBody }));

    const { Successful, Failed } = await engine.sqs.send(
      new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }),
    );

    expect(Successful?.map(({ Id }) => Id)).toEqual(['0', '1', '2', '3']);
    expect(Failed?.map(({ Id, Code }) => [Id, Code])).toEqual(
      ['4', '5', '6', '7'].map((id) => [id, 'InvalidMessageContents']),
    );
  });
});

describe('its queues are fair', () => {
  /** In batches of ten; the bodies are `GROUP 0`, `GROUP 1` and so on. */
  async function send(QueueUrl: string, MessageGroupId: string, count: number): Promise<void> {
    const all = Array.from({ length: count }, (_, index) => ({
      Id: String(index),
      MessageBody: `${MessageGroupId} ${index}`,
      MessageGroupId,
    }));
    for (let first = 0; first < count; first += 10) {
      const Entries = all.slice(first, first + 10);
      await engine.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    }
  }

  async function receive(QueueUrl: string, MaxNumberOfMessages: number) {
    const { Messages = [] } = await engine.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages,
        MessageSystemAttributeNames: ['MessageGroupId'],
      }),
    );
    return Messages.map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId]);
  }

  test('a group that takes the consumers lets another one pass', async () => {
    const { url } = engine.createWorkQueue(uniqueId('fair'));
    await send(url, 'loud', 50);
    for (let batch = 0; batch < 3; batch += 1) await receive(url, 10);
    const last = { QueueUrl: url, MessageBody: 'quiet', MessageGroupId: 'quiet' };
    await engine.sqs.send(new SendMessageCommand(last));

    const received = await receive(url, 3);

    expect(received).toEqual([
      ['quiet', 'quiet'],
      ['loud 30', 'loud'],
      ['loud 31', 'loud'],
    ]);
  });

  test('each message of a batch keeps its own group, beside one that is refused', async () => {
    const { url: QueueUrl } = engine.createWorkQueue(uniqueId('fair'));
    const Entries = ['one', 'refused \u0000', 'two', 'two'].map((MessageBody, index) => ({
      Id: String(index),
      MessageBody,
      MessageGroupId: `group-${index}`,
    }));
    await engine.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await engine.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'two' }));

    const received = await receive(QueueUrl, 10);

    expect(received).toEqual([
      ['one', 'group-0'],
      ['two', 'group-2'],
      ['two', 'group-3'],
      ['two', undefined],
    ]);
  });
});
