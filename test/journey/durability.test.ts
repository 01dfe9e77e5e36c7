import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { WireCall } from '../../bench/wire-proxy.ts';
import { createPublisher, type EventToPublish } from '../../client/publisher.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { connectApi } from '../../local/api-client.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { connectSqs, peek, untilAtRest } from '../support/at-rest.ts';
import { uniqueId } from '../support/builders.ts';
import { exampleData } from '../support/journey-data.ts';
import { type Receiver, startReceiver, verifyCallback } from '../support/receiver.ts';
import { type StacksUnderFault, sendsTo, startStacksUnderFault } from '../support/stacks-under-fault.ts';
import { until } from '../support/until.ts';

// A crashed function's messages come back after SQS' visibility timeout of 22 s.
jest.setTimeout(120_000);

const [entry] = eventCatalog;

describe('nothing is lost when', () => {
  let stacks: StacksUnderFault;
  let sqs: SQSClient;
  let eventBridge: EventBridgeClient;
  const receivers: Receiver[] = [];

  beforeAll(async () => {
    stacks = await startStacksUnderFault();
    sqs = connectSqs(stacks.sqsUrl);
    eventBridge = new EventBridgeClient({
      endpoint: stacks.eventsUrl,
      region: 'us-east-1',
      credentials: operatorCredentials,
    });
  });
  afterEach(async () => {
    stacks.wire.sqs.reset();
    stacks.wire.table.reset();
    await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
  });
  afterAll(async () => {
    eventBridge.destroy();
    sqs.destroy();
    await stacks.close();
  });

  async function subscribe() {
    const accountId = uniqueId('acc_durable');
    const backend = connectApi(stacks.apiUrl, operatorCredentials);
    const { key } = await backend('POST', `/accounts/${accountId}/api-keys`, {});
    const owner = connectApi(stacks.apiUrl, { apiKey: String(key) });
    const receiver = await startReceiver();
    receivers.push(receiver);
    const { id, secret } = await owner('POST', '/subscriptions', {
      url: receiver.url,
      eventTypes: [entry.type],
    });
    return { accountId, owner, receiver, id: String(id), secret: String(secret) };
  }

  async function publish(accountId: string, id = uniqueId('evt_durable')): Promise<string> {
    const event = {
      type: entry.type,
      id,
      accountId,
      occurredAt: '2026-11-23T16:55:00.000Z',
      data: exampleData(entry.type),
    };
    const publisher = createPublisher({ eventBusName: stacks.eventBusName, client: eventBridge });
    const { published } = await publisher.publish([event as unknown as EventToPublish]);
    expect(published).toHaveLength(1);
    return id;
  }

  /** Kills a function, once, where its call goes over the wire: before the engine sees it, or after. */
  function killOnce(
    functionName: 'Dispatcher' | 'Deliverer' | 'Sweeper',
    when: 'before' | 'after',
    isIt: (call: WireCall) => boolean,
  ) {
    let killed = 0;
    const intercept = async (call: WireCall) => {
      if (killed > 0 || !isIt(call)) return call.forward();
      if (when === 'after') await call.forward();
      killed = stacks.kill(functionName);
      return undefined;
    };
    stacks.wire.sqs.intercept(intercept);
    stacks.wire.table.intercept(intercept);
    return () => killed;
  }

  function webhookIds({ callbacks }: Receiver): string[] {
    return callbacks.map(({ headers }) => headers['webhook-id'] ?? '');
  }

  test('the dispatcher is killed between its write and its sends', async () => {
    const { accountId, receiver, secret } = await subscribe();
    const killed = killOnce('Dispatcher', 'before', sendsTo('deliveries'));
    const id = await publish(accountId);
    await untilAtRest(sqs);
    expect(killed()).toBeGreaterThan(0);
    expect(webhookIds(receiver)).toEqual([id]);
    for (const callback of receiver.callbacks) verifyCallback(callback, secret);
  });

  test('the dispatcher is killed after its sends: the message is there twice and the call made once', async () => {
    const { accountId, receiver } = await subscribe();
    const killed = killOnce('Dispatcher', 'after', sendsTo('deliveries'));
    const id = await publish(accountId);
    await untilAtRest(sqs);
    expect(killed()).toBeGreaterThan(0);
    expect(webhookIds(receiver)).toEqual([id]);
  });

  test('the deliverer is killed before the call', async () => {
    const { accountId, receiver, id: subscriptionId } = await subscribe();
    const killed = killOnce(
      'Deliverer',
      'before',
      ({ operation, input }) => operation === 'GetItem' && input.Key.sk.S === `S#${subscriptionId}`,
    );
    const id = await publish(accountId);
    await untilAtRest(sqs);
    expect(killed()).toBeGreaterThan(0);
    expect(webhookIds(receiver)).toEqual([id]);
  });

  test('the deliverer is killed after the call and before the record: the call is repeated once', async () => {
    const { accountId, receiver } = await subscribe();
    let killed = 0;
    receiver.respond((response) => {
      if (killed === 0) killed = stacks.kill('Deliverer');
      response.writeHead(204).end();
    });
    const id = await publish(accountId);
    await untilAtRest(sqs);
    expect(killed).toBeGreaterThan(0);
    expect(webhookIds(receiver)).toEqual([id, id]);
  });

  test('the deliverer is killed after the record: nothing is repeated', async () => {
    const { accountId, receiver } = await subscribe();
    const killed = killOnce('Deliverer', 'after', ({ operation }) => operation === 'BatchWriteItem');
    const id = await publish(accountId);
    await untilAtRest(sqs);
    expect(killed()).toBeGreaterThan(0);
    expect(webhookIds(receiver)).toEqual([id]);
  });

  test('the deliverer is killed before it sends a retry, and then the sweeper before it does', async () => {
    const { accountId, receiver } = await subscribe();
    const answers = [500];
    receiver.respond((response) => void response.writeHead(answers.shift() ?? 204).end());
    const killers = [killOnce('Deliverer', 'before', sendsTo('retries'))];
    const id = await publish(accountId);
    await calls(receiver, 1);
    await until('a sandbox is killed', () => (killers[0]?.() ?? 0) > 0);
    killers.push(killOnce('Sweeper', 'before', sendsTo('retries')));
    await calls(receiver, 2);
    await untilAtRest(sqs);
    expect(killers.map((killed) => killed() > 0)).toEqual([true, true]);
    expect(webhookIds(receiver)).toEqual([id, id]);
  });

  test('every attempt failed: the delivery waits in the dead-letter queue, and a redrive makes it once', async () => {
    const { accountId, receiver } = await subscribe();
    receiver.respond((response) => void response.writeHead(503).end('down'));
    const id = await publish(accountId);
    await calls(receiver, 3);
    await untilAtRest(sqs);
    const [held] = await peek(sqs, 'iomnihub-webhooks-local-exhausted-deliveries');
    expect(JSON.parse(held?.body ?? '')).toMatchObject({ eventId: id });
    expect(held?.attributes).toEqual({ reason: 'status' });

    receiver.respond((response) => void response.writeHead(204).end());
    expect(await redrive('--dry-run', '--queue', 'exhausted-deliveries')).toMatch(
      /exhausted-deliveries: 1 message\n +1 +status/,
    );
    expect(await redrive('--queue', 'exhausted-deliveries')).toContain('1 redriven');
    await calls(receiver, 4);
    await untilAtRest(sqs);
    expect(await redrive('--queue', 'exhausted-deliveries')).toContain('0 messages');
    expect(webhookIds(receiver)).toEqual([id, id, id, id]);
  });

  test('one event is published twice, in two calls, and once more after its delivery', async () => {
    const { accountId, receiver } = await subscribe();
    const id = await publish(accountId);
    await publish(accountId, id);
    await untilAtRest(sqs);
    await publish(accountId, id);
    await untilAtRest(sqs);
    expect(webhookIds(receiver)).toEqual([id]);
  });

  test('a receiver is gone: its subscription is disabled and not called again', async () => {
    const { accountId, receiver, owner, id } = await subscribe();
    receiver.respond((response) => void response.writeHead(410).end());
    await publish(accountId);
    await untilAtRest(sqs);
    expect(receiver.callbacks).toHaveLength(1);
    expect(await owner('GET', `/subscriptions/${id}`)).toMatchObject({
      status: 'disabled',
      disabledReason: 'gone',
    });
  });

  test('a receiver asks for no more callbacks by a header: its owner reads why', async () => {
    const { accountId, receiver, owner, id } = await subscribe();
    receiver.respond((response) => void response.writeHead(503, { 'webhook-delivery': 'disable' }).end());
    await publish(accountId);
    await untilAtRest(sqs);
    expect(receiver.callbacks).toHaveLength(1);
    expect(await owner('GET', `/subscriptions/${id}`)).toMatchObject({
      status: 'disabled',
      disabledReason: 'asked-by-receiver',
      health: {
        level: 'problem',
        sentences: [
          { text: expect.stringContaining('the receiver asked for that by the header') },
          { code: 'health.kept' },
        ],
      },
    });
    expect(await owner('GET', `/subscriptions/${id}/deliveries`)).toMatchObject({
      items: [{ status: 'parked', reason: 'disabled', attemptCount: 1 }],
    });
  });

  test('a receiver asks for time: the next call comes no sooner than it said', async () => {
    const { accountId, receiver } = await subscribe();
    const times: number[] = [];
    receiver.respond((response) => {
      times.push(Date.now());
      response.writeHead(times.length === 1 ? 429 : 204, { 'retry-after': '3' }).end();
    });
    await publish(accountId);
    await calls(receiver, 2);
    const [first = 0, second = 0] = times;
    expect(second - first).toBeGreaterThanOrEqual(3_000);
  });

  async function redrive(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [
      'scripts/redrive.ts',
      '--outputs',
      stacks.outputsFile,
      ...args,
    ]);
    return stdout;
  }
});

/** Resolves once the receiver has been called so often. */
function calls(receiver: Receiver, count: number): Promise<unknown> {
  return until(`the receiver is called ${count} times`, () => receiver.callbacks.length >= count);
}
