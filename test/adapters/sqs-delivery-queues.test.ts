import { createHash } from 'node:crypto';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createExhaustedQueue } from '../../adapters/sqs-exhausted-queue.ts';
import { createFirstAttemptQueue } from '../../adapters/sqs-first-attempt-queue.ts';
import { createRetryQueue } from '../../adapters/sqs-retry-queue.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import type { ExhaustedQueue, FirstAttemptQueue, RetryQueue } from '../../core/deliveries/delivery-queues.ts';
import { deliveryMessage } from '../support/builders.ts';
import { connectSqsAt, type QueueEngine, startQueues } from '../support/engines.ts';

let engine: QueueEngine;
let proxy: WireProxy;
let sqs: SQSClient;
let firstAttempts: FirstAttemptQueue;
let retries: RetryQueue;
let exhausted: ExhaustedQueue;
beforeAll(async () => {
  engine = await startQueues();
  proxy = await startWireProxy(engine.endpoint);
  sqs = connectSqsAt(proxy.url);
  firstAttempts = createFirstAttemptQueue(sqs, engine.createWorkQueue('deliveries').url);
  retries = createRetryQueue(sqs, engine.createWorkQueue('retries').url);
  exhausted = createExhaustedQueue(sqs, engine.createQueue('exhausted').url);
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

function messages(count: number, body = '{}') {
  return Array.from({ length: count }, (_, index) => deliveryMessage({ eventId: `evt_${index}`, body }));
}

/** The SDK checks it. */
function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function queued(name: string): unknown[] {
  return engine.messagesIn(name).map(({ body }) => JSON.parse(body));
}

describe('sendFirstAttempts', () => {
  test('sends every message as it is, ten at a time', async () => {
    const sent = messages(23);

    expect(await firstAttempts.sendFirstAttempts(sent)).toEqual([]);

    expect(proxy.calls.map(({ input }) => input.Entries.length as number).toSorted((a, b) => b - a)).toEqual([
      10, 10, 3,
    ]);
    expect(queued('deliveries')).toHaveLength(23);
    expect(queued('deliveries')).toEqual(expect.arrayContaining(sent));
  });

  test('splits by bytes what is too large for one call', async () => {
    const sent = messages(10, JSON.stringify({ note: 'x'.repeat(250_000) }));

    expect(await firstAttempts.sendFirstAttempts(sent)).toEqual([]);

    expect(proxy.calls.length).toBeGreaterThan(1);
    expect(queued('deliveries')).toHaveLength(10);
  });

  test('the largest body fits, even if every byte of it needs an escape', async () => {
    const sent = messages(1, JSON.stringify('\\'.repeat(128 * 1024 - 1)));

    expect(await firstAttempts.sendFirstAttempts(sent)).toEqual([]);
    expect(queued('deliveries')).toEqual(sent);
  });

  test('makes no call for nothing', async () => {
    expect(await firstAttempts.sendFirstAttempts([])).toEqual([]);
    expect(proxy.calls).toEqual([]);
  });

  test('the group of a message is its account: many subscriptions are not many shares', async () => {
    await firstAttempts.sendFirstAttempts([
      deliveryMessage({ accountId: 'acc_a', subscriptionId: 'sub_a' }),
      deliveryMessage({ accountId: 'acc_a', subscriptionId: 'sub_b' }),
      deliveryMessage({ accountId: 'acc_b', subscriptionId: 'sub_c' }),
    ]);

    const groups = proxy.calls[0]?.input.Entries.map(
      (entry: { MessageGroupId: string }) => entry.MessageGroupId,
    );
    expect(groups).toEqual(['acc_a', 'acc_a', 'acc_b']);
  });

  /** What an answer may say about an entry that the queue did not take, and the cause that we report. */
  const refusals: [string, (id: string) => unknown[], string][] = [
    ['by a fault of SQS', (Id) => [{ Id, Code: 'InternalError', SenderFault: false }], 'InternalError'],
    [
      'by a fault of ours',
      (Id) => [{ Id, Code: 'InvalidMessageContents', SenderFault: true, Message: 'Invalid characters' }],
      'InvalidMessageContents',
    ],
    ['for no reason', (Id) => [{ Id }], 'NoAnswer'],
    ['without a word', () => [], 'NoAnswer'],
    ['in words that name nothing we sent', () => [{ Id: '77', Code: 'Odd', SenderFault: true }], 'NoAnswer'],
  ];

  test.each(refusals)(
    'an entry that is refused %s is a failure of that message alone',
    async (_, failedOf, cause) => {
      const sent = messages(12);
      proxy.intercept(async (call) => {
        const [refused, ...taken] = call.input.Entries;
        const { status, body } = await call.forward({ ...call.input, Entries: taken });
        return { status, body: { ...body, Failed: failedOf(refused.Id) } };
      });

      const refused = await firstAttempts.sendFirstAttempts(sent);

      expect(refused).toEqual([
        { message: sent[0], cause },
        { message: sent[10], cause },
      ]);
      expect(queued('deliveries')).toHaveLength(10);
    },
  );

  test.each(refusals)('retries that are refused %s are reported as well', async (_, failedOf, cause) => {
    const [first, second] = [deliveryMessage({ version: 1 }), deliveryMessage({ version: 2 })];
    proxy.intercept(async ({ input }) => {
      const [taken, refused] = input.Entries;
      const Successful = [{ Id: taken.Id, MessageId: 'm', MD5OfMessageBody: md5Of(taken.MessageBody) }];
      return { status: 200, body: { Successful, Failed: failedOf(refused.Id) } };
    });

    const sent = [first, second].map((message) => ({ message, delaySeconds: 0 }));
    expect(await retries.sendRetries(sent)).toEqual([{ message: second, cause }]);
  });

  test('an entry that is both taken and refused counts as refused: to send it twice loses nothing', async () => {
    const [sent = deliveryMessage()] = messages(1);
    proxy.intercept(async (call) => {
      const { status, body } = await call.forward();
      return { status, body: { ...body, Failed: [{ Id: '0', Code: 'Odd', SenderFault: true }] } };
    });

    expect(await firstAttempts.sendFirstAttempts([sent])).toEqual([{ message: sent, cause: 'Odd' }]);
  });

  test('an answer without a word about anything refuses all', async () => {
    const sent = messages(2);
    proxy.intercept(async () => ({ status: 200, body: {} }));

    expect(await firstAttempts.sendFirstAttempts(sent)).toEqual(
      sent.map((message) => ({ message, cause: 'NoAnswer' })),
    );
  });

  test('a call that fails is a failure of its messages, and of no other batch’s', async () => {
    const sent = messages(12);
    proxy.intercept((call) =>
      call.input.Entries.length === 10 ? Promise.resolve(internalFailure) : call.forward(),
    );

    const refused = await firstAttempts.sendFirstAttempts(sent);

    expect(refused.map(({ message }) => message)).toEqual(sent.slice(0, 10));
    expect(refused[0]?.cause).toMatchObject({ name: 'InternalFailure' });
    expect(queued('deliveries')).toEqual(sent.slice(10));
  });
});

describe('sendRetry', () => {
  test('waits in the retry queue for as long as the delay', async () => {
    const message = deliveryMessage({ version: 1 });

    await retries.sendRetry(message, 300);

    expect(
      engine.delayedIn('retries').map(({ body, delaySeconds }) => [JSON.parse(body), delaySeconds]),
    ).toEqual([[message, 300]]);
    expect(proxy.calls[0]?.input.MessageGroupId).toBe('acc_1');
  });

  test('a message that SQS does not take is a failure', async () => {
    proxy.intercept(async () => internalFailure);

    await expect(retries.sendRetry(deliveryMessage({ version: 1 }), 5)).rejects.toMatchObject({
      name: 'InternalFailure',
    });
  });
});

test('an exhausted delivery waits for a person, with its reason', async () => {
  const message = deliveryMessage({ version: 3 });

  await exhausted.sendExhausted(message, 'timeout');

  expect(engine.messagesIn('exhausted')).toMatchObject([
    { body: JSON.stringify(message), attributes: { reason: 'timeout' } },
  ]);
});

test('an exhausted delivery that SQS does not take is a failure', async () => {
  proxy.intercept(async () => internalFailure);

  await expect(exhausted.sendExhausted(deliveryMessage(), 'timeout')).rejects.toMatchObject({
    name: 'InternalFailure',
  });
});
