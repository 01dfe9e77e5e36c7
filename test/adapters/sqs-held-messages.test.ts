import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createHeldMessages, type HeldMessage, type HeldMessages } from '../../adapters/sqs-held-messages.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import { connectSqsAt, type QueueEngine, startQueues, type WorkQueue } from '../support/engines.ts';

const prefix = 'iomnihub-webhooks-test-';

let engine: QueueEngine;
let proxy: WireProxy;
let sqs: SQSClient;
let unrouted: WorkQueue;
let held: HeldMessages;
beforeAll(async () => {
  engine = await startQueues();
  proxy = await startWireProxy(engine.endpoint);
  sqs = connectSqsAt(proxy.url);
  unrouted = engine.createQueue(`${prefix}unrouted`);
  engine.createWorkQueue(`${prefix}retries`);
  engine.createQueue('iomnihub-webhooks-other-retries');
  held = createHeldMessages(sqs, prefix);
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

async function put(body: string, attributes: Record<string, string> = {}): Promise<void> {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
  await engine.sqs.send(
    new SendMessageCommand({ QueueUrl: unrouted.url, MessageBody: body, MessageAttributes }),
  );
}

/** The wait for an empty queue is SQS' own and teaches nothing. */
async function receive(queueName = 'unrouted'): Promise<readonly HeldMessage[]> {
  proxy.intercept((call) => call.forward({ ...call.input, WaitTimeSeconds: undefined }));
  const received = await held.receive(queueName, 900);
  proxy.reset();
  return received;
}

function bodies(messages: readonly { body: string }[]): string[] {
  return messages.map(({ body }) => body);
}

test('queues are listed by the names that operators know, those of another stage left out', async () => {
  expect(await held.listQueues()).toEqual(['retries', 'retries-dlq', 'unrouted']);
});

describe('receive', () => {
  test('gives the body and when it was sent', async () => {
    const before = Date.now();
    await put('{"some":"ação"}');
    const after = Date.now();

    const [message] = await receive();

    expect(message?.body).toBe('{"some":"ação"}');
    expect(message?.sentAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(message?.sentAt.getTime()).toBeLessThanOrEqual(after);
  });

  test.each([
    ['our own', { reason: 'invalid-data', explanation: 'detail.data.ticket: Invalid input' }, 'invalid-data'],
    ['EventBridge’s', { ERROR_CODE: 'NO_PERMISSIONS', RULE_ARN: 'arn:aws:events:::rule' }, 'NO_PERMISSIONS'],
    ['our own before EventBridge’s', { reason: 'timeout', ERROR_CODE: 'NO_PERMISSIONS' }, 'timeout'],
    ['none: the rule for types outside the catalog put it there', {}, 'unknown-type'],
  ])('the reason is %s', async (_, attributes: Record<string, string>, reason) => {
    await put('x', attributes);

    expect(await receive()).toMatchObject([{ reason }]);
  });

  test.each([
    ['iomnihub.helpdesk', 'unknown-type'],
    ['iomnihub.Helpdesk', 'unknown-source'],
    ['', 'unknown-source'],
  ])('the reason of an event that nothing routed follows from its source: %s', async (source, reason) => {
    await put(JSON.stringify({ source }));

    expect(await receive()).toMatchObject([{ reason }]);
  });

  test('the reason is none: SQS moved the message after too many receives', async () => {
    const QueueUrl = unrouted.url.replace('unrouted', 'retries-dlq');
    await engine.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));

    expect(await receive('retries-dlq')).toMatchObject([{ reason: 'gave-up' }]);
  });

  test('gives all attributes, SQS’ id, and how often the message was received', async () => {
    const attributes = { reason: 'invalid-data', explanation: 'detail.data.ticket: Invalid input' };
    await put('x', attributes);

    const [first] = await receive();
    if (!first) throw new Error('nothing was received');
    expect(first).toMatchObject({ attributes, receiveCount: 1 });
    expect(first.messageId).toMatch(/^[0-9a-f-]{36}$/);
    await held.release('unrouted', [first]);
    expect(await receive()).toMatchObject([{ messageId: first.messageId, receiveCount: 2 }]);
  });

  test('takes ten at a time and hides them from others', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, number) => put(String(number))));

    const batches = [await receive(), await receive(), await receive()];

    expect(batches.map(({ length }) => length)).toEqual([10, 2, 0]);
    expect(new Set(bodies(batches.flat())).size).toBe(12);
  });

  test('asks all of SQS’ servers, so that an empty answer means an empty queue', async () => {
    proxy.intercept(async () => ({ status: 200, body: { QueueUrl: unrouted.url } }));

    expect(await held.receive('unrouted', 77)).toEqual([]);

    expect(proxy.calls.at(-1)).toMatchObject({
      operation: 'ReceiveMessage',
      input: { VisibilityTimeout: 77, WaitTimeSeconds: 2, MaxNumberOfMessages: 10 },
    });
  });

  test('a queue that does not exist is a fault', async () => {
    await expect(held.receive('nowhere', 900)).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });

  test('a queue that does not answer is a fault, and no empty queue', async () => {
    proxy.intercept(async () => internalFailure);

    await expect(held.receive('unrouted', 900)).rejects.toMatchObject({ name: 'InternalFailure' });
  });
});

describe('what was received', () => {
  test('is there again when it is released', async () => {
    await put('first');
    const [message] = await receive();
    if (!message) throw new Error('nothing was received');
    expect(engine.messagesIn(unrouted.name)).toEqual([]);

    expect(await held.release('unrouted', [message])).toEqual([]);

    expect(bodies(engine.messagesIn(unrouted.name))).toEqual(['first']);
    expect(bodies(await receive())).toEqual(['first']);
  });

  test.each(['MessageNotInflight', 'ReceiptHandleIsInvalid', 'InvalidParameterValue'])(
    'is not hidden by us if SQS says %s of its receipt',
    async (Code) => {
      proxy.intercept(async () => ({
        status: 200,
        body: { Failed: [{ Id: '0', SenderFault: true, Code }] },
      }));
      await held.countMessages('unrouted').catch(() => undefined);

      expect(await held.release('unrouted', [{ messageId: 'a', receiptHandle: '1' }])).toEqual([]);
    },
  );

  test('is named, with the cause, if it could not be released', async () => {
    await held.countMessages('unrouted');
    const receipts = ['a', 'b', 'c'].map((messageId) => ({ messageId, receiptHandle: messageId }));
    const Failed = [{ Id: '1', SenderFault: false, Code: 'InternalError' }];
    proxy.intercept(async () => ({ status: 200, body: { Successful: [{ Id: '0' }], Failed } }));

    expect(await held.release('unrouted', receipts)).toEqual([
      { messageId: 'b', cause: 'InternalError' },
      { messageId: 'c', cause: 'NoAnswer' },
    ]);

    proxy.intercept(async () => internalFailure);
    expect(await held.release('unrouted', receipts)).toMatchObject([
      { messageId: 'a', cause: { name: 'InternalFailure' } },
      { messageId: 'b' },
      { messageId: 'c' },
    ]);
  });

  test('is gone when it is removed', async () => {
    await put('first');
    await put('second');
    const [first, second] = await receive();
    if (!first || !second) throw new Error('nothing was received');

    await held.remove('unrouted', first);
    await held.release('unrouted', [second]);

    expect(bodies(engine.messagesIn(unrouted.name))).toEqual(['second']);
  });
});

test('a queue is counted: what can be received, and what others hide', async () => {
  await Promise.all(Array.from({ length: 12 }, (_, number) => put(String(number))));
  await receive();

  expect(await held.countMessages('unrouted')).toEqual({ visible: 2, hidden: 10 });
});

test('a message is sent at once, unchanged and under its group', async () => {
  await held.send('retries', '{"some":"ação"}', 'sub_1');

  expect(engine.messagesIn(`${prefix}retries`)).toEqual([
    { body: '{"some":"ação"}', attributes: {}, delaySeconds: 0 },
  ]);
  expect(proxy.calls.at(-1)).toMatchObject({
    operation: 'SendMessage',
    input: { MessageGroupId: 'sub_1' },
  });
});

test('a queue’s URL is looked up once', async () => {
  const fresh = createHeldMessages(sqs, prefix);
  await fresh.send('retries', '1', 'sub_1');
  await fresh.send('retries', '2', 'sub_1');

  expect(proxy.calls.map(({ operation }) => operation)).toEqual([
    'GetQueueUrl',
    'SendMessage',
    'SendMessage',
  ]);
});

test('a message that SQS did not take is a fault', async () => {
  proxy.intercept((call) =>
    call.operation === 'SendMessage' ? Promise.resolve(internalFailure) : call.forward(),
  );

  await expect(held.send('retries', 'x', 'sub_1')).rejects.toMatchObject({ name: 'InternalFailure' });
});
