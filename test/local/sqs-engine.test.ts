import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
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
