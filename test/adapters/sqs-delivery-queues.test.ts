import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createExhaustedQueue } from '../../adapters/sqs-exhausted-queue.ts';
import { createFirstAttemptQueue } from '../../adapters/sqs-first-attempt-queue.ts';
import { createRetryQueue } from '../../adapters/sqs-retry-queue.ts';
import type { ExhaustedQueue, FirstAttemptQueue, RetryQueue } from '../../core/deliveries/delivery-queues.ts';
import { deliveryMessage } from '../support/builders.ts';
import { connectSqsAt, type QueueEngine, startQueues } from '../support/engines.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../support/wire-proxy.ts';

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

  test('the group of a message is its subscription: one backlog does not hold up another', async () => {
    await firstAttempts.sendFirstAttempts([
      deliveryMessage({ subscriptionId: 'sub_a' }),
      deliveryMessage({ subscriptionId: 'sub_b' }),
    ]);

    const groups = proxy.calls[0]?.input.Entries.map(
      (entry: { MessageGroupId: string }) => entry.MessageGroupId,
    );
    expect(groups).toEqual(['sub_a', 'sub_b']);
  });

  test('a Failed entry of an answer is a failure of that message alone', async () => {
    const sent = messages(12);
    proxy.intercept(async (call) => {
      const [refused, ...taken] = call.input.Entries;
      const { status, body } = await call.forward({ ...call.input, Entries: taken });
      const failed = { Id: refused.Id, Code: 'InternalError', SenderFault: false };
      return { status, body: { ...body, Failed: [failed] } };
    });

    const refused = await firstAttempts.sendFirstAttempts(sent);

    expect(refused).toEqual([
      { message: sent[0], cause: 'InternalError' },
      { message: sent[10], cause: 'InternalError' },
    ]);
    expect(queued('deliveries')).toHaveLength(10);
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
    expect(proxy.calls[0]?.input.MessageGroupId).toBe('sub_1');
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
