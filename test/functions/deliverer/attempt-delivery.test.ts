import { inspect } from 'node:util';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { deliveryKey } from '../../../adapters/dynamo-keys.ts';
import { internalFailure } from '../../../bench/wire-proxy.ts';
import {
  type Delivery,
  type DeliveryMessage,
  type DeliveryRef,
  deliveryIdOf,
  refOf,
  type WaitingDelivery,
} from '../../../core/deliveries/delivery.ts';
import { eventTypes } from '../../../core/events/event-catalog.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import {
  cancelledDelivery,
  claimedDelivery,
  deliveredDelivery,
  envelope,
  sqsRecord,
  waitingDelivery,
} from '../../support/builders.ts';
import { claimLeaseMs, type Deployment, deliverySettings, slowedBy } from '../../support/deployment.ts';
import { exampleData } from '../../support/journey-data.ts';
import { type Receiver, unsignedHeaders, verifyCallback } from '../../support/receiver.ts';
import { prepareDeployment } from '../../support/suite.ts';

let deployment: Deployment;
let receiver: Receiver;
let subscription: Subscription;
let secret: string;
prepareDeployment(async (suite) => {
  ({ deployment, receiver } = suite);
  ({ subscription, secret } = await deployment.subscribe({ url: receiver.url }));
});

const acknowledged = { batchItemFailures: [] };
const failed = { batchItemFailures: [{ itemIdentifier: 'm-1' }] };

/** Hands one message to the deliverer, as often received as said. */
function deliver(message: DeliveryMessage, receiveCount = 1) {
  return deployment.deliver(
    sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message), { messageId: 'm-1', receiveCount }),
  );
}

function respondStatus(status: number, headers: Record<string, string> = {}) {
  receiver.respond((response) => void response.writeHead(status, headers).end('answer of the receiver'));
}

function secondsFromNow(seconds: number): string {
  return new Date(deployment.clock.now().getTime() + seconds * 1000).toISOString();
}

/** The attempts that are items of their own. */
async function attemptsOf(ref: DeliveryRef) {
  const { Items = [] } = await deployment.table.client.send(
    new QueryCommand({
      TableName: deployment.table.tableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: {
        ':pk': deliveryKey(ref).pk,
        ':prefix': `T#${ref.acceptedAt}#${ref.eventId}#`,
      },
    }),
  );
  return Items;
}

/** A row of this message's delivery, written before. */
async function existingRow(
  message: DeliveryMessage,
  facts: Pick<WaitingDelivery, 'version'> & Partial<Pick<WaitingDelivery, 'attemptCount' | 'restarted'>>,
  build: (facts: { readonly version: number }) => Delivery = waitingDelivery,
): Promise<Delivery> {
  const row = { ...build(facts), ...refOf(message) };
  await deployment.deliveries.replaceDelivery(undefined, row);
  return row;
}

describe('a first attempt', () => {
  test('posts exactly the body, which the receiver can verify', async () => {
    const message = deployment.messageFor(subscription);

    expect(await deliver(message)).toEqual(acknowledged);

    const [callback] = receiver.callbacks;
    expect(receiver.callbacks).toHaveLength(1);
    expect(callback).toMatchObject({ method: 'POST', path: '/hooks/iomnihub', body: message.body });
    expect(callback?.headers).toMatchObject({
      'webhook-id': message.eventId,
      'webhook-timestamp': String(Math.floor(deployment.clock.now().getTime() / 1000)),
      'content-type': 'application/json',
      'user-agent': 'iOmniHub-Webhooks/test',
    });
    expect(callback && verifyCallback(callback, secret)).toEqual({ data: 'ação' });
    expect(callback && unsignedHeaders(callback)).toEqual({
      'iomnihub-subscription-id': subscription.id,
      'iomnihub-delivery-id': deliveryIdOf(message),
      'iomnihub-event-type': message.eventType,
      'iomnihub-attempt': '1',
    });
  });

  test('is one of its own for each of two subscriptions at one URL', async () => {
    const { subscription: other } = await deployment.subscribe({
      url: receiver.url,
      accountId: subscription.accountId,
    });
    await deliver(deployment.messageFor(subscription));
    await deliver(deployment.messageFor(other));

    expect(receiver.callbacks.map(({ headers }) => headers['iomnihub-subscription-id'])).toEqual([
      subscription.id,
      other.id,
    ]);
  });

  test('that succeeds is one write, in which the attempt stands', async () => {
    const message = deployment.messageFor(subscription);
    deployment.wire.table.reset();

    await deliver(message);

    // Places and limits are shared. What is read, and read again, is cached where it is deployed.
    const calls = deployment.wire.table.calls.filter(({ input }) => !input.Key?.pk.S.startsWith('L#'));
    const writes = calls.filter(({ operation }) => operation !== 'GetItem');
    expect(writes.map(({ operation }) => operation)).toEqual(['BatchWriteItem']);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'delivered',
      version: 1,
      attemptCount: 1,
      firstAttempt: {
        startedAt: deployment.clock.now().toISOString(),
        outcome: { kind: 'success', status: 204 },
      },
    });
    expect(deployment.telemetry.counts).toEqual({ AttemptsSucceeded: 1 });
  });

  test('that succeeds keeps 256 bytes of the answer, and no part of a character', async () => {
    const message = deployment.messageFor(subscription);
    receiver.respond((response) => void response.writeHead(200).end(`x${'😀'.repeat(200)}`));

    await deliver(message);

    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      firstAttempt: { outcome: { responseExcerpt: `x${'😀'.repeat(63)}` } },
    });
  });

  test('is signed by every live secret and by no other', async () => {
    const { accountId, id: subscriptionId } = subscription;
    const seal = (text: string) => deployment.cipher.seal(text, { accountId, subscriptionId });
    const [rotated, expired] = ['whsec_cm90YXRlZA==', 'whsec_ZXhwaXJlZA=='];
    const { subscription: rotating } = await deployment.subscribe({ url: receiver.url, accountId });
    await deployment.subscriptions.deleteSubscription(accountId, subscriptionId);
    await deployment.subscriptions.createSubscription({
      ...rotating,
      id: subscriptionId,
      secrets: [
        ...subscription.secrets,
        { sealed: await seal(rotated), createdAt: secondsFromNow(-60), expiresAt: secondsFromNow(60) },
        { sealed: await seal(expired), createdAt: secondsFromNow(-60), expiresAt: secondsFromNow(0) },
      ],
    });

    await deliver(deployment.messageFor(subscription));

    const [callback] = receiver.callbacks;
    const verifiedBy = [secret, rotated, expired].filter((key) => {
      try {
        return callback && verifyCallback(callback, key);
      } catch {
        return false;
      }
    });
    expect(verifiedBy).toEqual([secret, rotated]);
  });

  test('that fails leaves a waiting row with dueAt, an attempt, and a message on the retry queue', async () => {
    const message = deployment.messageFor(subscription);
    respondStatus(500);

    expect(await deliver(message)).toEqual(acknowledged);

    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'waiting',
      version: 1,
      attemptCount: 1,
      // A minute later than the message, which should be there first.
      dueAt: secondsFromNow(65),
    });
    expect(await attemptsOf(message)).toMatchObject([
      { outcome: { reason: 'status', status: 500, responseExcerpt: 'answer of the receiver' } },
    ]);
    const { body: _, ...ref } = message;
    expect(deployment.messagesIn('retries')).toEqual([{ ...ref, version: 1 }]);
    expect(deployment.queues.delayedIn('retries').map(({ delaySeconds }) => delaySeconds)).toEqual([5]);
  });

  test('is not repeated when its message comes again after the failure was written', async () => {
    const message = deployment.messageFor(subscription);
    respondStatus(500);
    await deliver(message);

    expect(await deliver(message, 2)).toEqual(acknowledged);

    expect(receiver.callbacks).toHaveLength(1);
  });

  test('with Retry-After is repeated then, by the due index alone if that is later than a message can wait', async () => {
    const message = deployment.messageFor(subscription);
    respondStatus(503, { 'retry-after': '7200' });

    await deliver(message);

    // In the middle of the spread after it.
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({ dueAt: secondsFromNow(7920) });
    expect(deployment.messagesIn('retries')).toEqual([]);
  });
});

describe('a receiver that takes long', () => {
  const stored = () => deployment.subscriptions.findSubscription(subscription.accountId, subscription.id);

  beforeEach(async () => {
    const deliverSlowly = deployment.delivererWith({ sender: slowedBy(5_000, deployment.sender) });
    const message = JSON.stringify(deployment.messageFor(subscription));
    await deliverSlowly(sqsRecord(deployment.deliveryQueue.arn, message));
  });

  test('is noted as slow, and as quick again after ten quick calls in a row, half a minute apart', async () => {
    const slowSince = deployment.clock.now().toISOString();

    for (let calls = 0; calls < 10; calls += 1) {
      expect(await stored()).toMatchObject({ receiver: { slowSince } });
      deployment.clock.advance(30_000);
      await deliver({ ...deployment.messageFor(subscription), recheck: true });
    }

    expect(await stored()).not.toHaveProperty('receiver.slowSince');
    // Receivers of other tests refuse timestamps that are not of now.
    deployment.clock.advance(-300_000);
  });

  test('gets its first attempts by the retry queue, as they are, and claimed', async () => {
    const message = deployment.messageFor(subscription);

    expect(await deliver(message)).toEqual(acknowledged);
    expect(receiver.callbacks).toHaveLength(1);
    expect(deployment.messagesIn('retries')).toEqual([{ ...message, recheck: true }]);
    expect(deployment.queues.delayedIn('retries')).toEqual([]);

    await deliver({ ...message, recheck: true });
    expect(receiver.callbacks.map(({ headers }) => headers['webhook-id'])[1]).toBe(message.eventId);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'delivered',
      version: 2,
    });
    expect(deployment.telemetry.counts).toMatchObject({ DeliveriesDeferred: 1, AttemptsSucceeded: 2 });
  });

  test('keeps the message of a first attempt that the retry queue does not take', async () => {
    const message = deployment.messageFor(subscription);
    deployment.wire.sqs.intercept(async () => internalFailure);

    expect(await deliver(message)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
    expect(receiver.callbacks).toHaveLength(1);
  });

  test('is not sent aside again from there, whatever its message has seen', async () => {
    const message = deployment.messageFor(subscription);

    await deliver(message, 2);

    expect(receiver.callbacks).toHaveLength(2);
    expect(deployment.messagesIn('retries')).toEqual([]);
  });
});

describe('a later attempt', () => {
  /** An event that went through the dispatcher and whose first attempt failed; answers with its retry. */
  async function failOnce(): Promise<DeliveryMessage> {
    const detail = { accountId: subscription.accountId };
    const time = deployment.clock.now().toISOString();
    await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelope({ time, detail })));
    const [first] = deployment.messagesIn('deliveries');
    respondStatus(500);
    if (!first) throw new Error('nothing was dispatched');
    await deliver(first);
    const [retry] = deployment.messagesIn('retries');
    if (!retry) throw new Error('no retry was sent');
    deployment.reset();
    return retry;
  }

  test('sends the same id and the same bytes with a new signature, and ends the delivery', async () => {
    const retry = await failOnce();
    respondStatus(200);
    deployment.clock.advance(5_000);

    expect(await deliver(retry)).toEqual(acknowledged);

    const [first, second] = receiver.callbacks;
    expect(second?.body).toBe(first?.body);
    expect(second && first && unsignedHeaders(second)).toEqual({
      ...(first && unsignedHeaders(first)),
      'iomnihub-attempt': '2',
    });
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.headers['webhook-signature']).not.toBe(first?.headers['webhook-signature']);
    expect(second && verifyCallback(second, secret)).toMatchObject({ type: eventTypes[0] });
    expect(second?.body).toContain(`"data":${JSON.stringify(exampleData(eventTypes[0]))}}`);
    expect(await deployment.deliveries.findDelivery(retry)).toMatchObject({
      state: 'delivered',
      version: 3,
      attemptCount: 2,
    });
    expect(await attemptsOf(retry)).toMatchObject([
      { outcome: { kind: 'failure' } },
      { outcome: { kind: 'success', status: 200 } },
    ]);
  });

  test('after a gap that SQS cannot wait out is left to the due index', async () => {
    const retry = await failOnce();
    respondStatus(500);

    await deliver(retry);

    expect(await deployment.deliveries.findDelivery(retry)).toMatchObject({
      state: 'waiting',
      version: 3,
      attemptCount: 2,
      dueAt: secondsFromNow(3600),
    });
    expect(deployment.messagesIn('retries')).toEqual([]);
  });

  test('that was the last tells the exhausted queue why, and is not repeated', async () => {
    const message = deployment.messageFor(subscription, { version: 4 });
    await existingRow(message, { version: 4, attemptCount: 2 });
    respondStatus(500);

    await deliver(message);
    await deliver(message);

    expect(receiver.callbacks).toHaveLength(1);
    expect(deployment.queues.messagesIn('exhausted').map(({ attributes }) => attributes)).toEqual([
      { reason: 'status' },
    ]);
    const { body: _, ...ref } = message;
    expect(deployment.messagesIn('exhausted')).toEqual([{ ...ref, version: 6 }]);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'exhausted',
      reason: 'status',
      version: 6,
      attemptCount: 3,
    });
    expect(deployment.telemetry.counts).toEqual({ AttemptsFailed: 1, DeliveriesExhausted: 1 });
    expect(await deployment.subscriptions.findSubscription(message.accountId, subscription.id)).toMatchObject(
      {
        status: 'enabled',
      },
    );
  });

  test.each([1, 2])(
    'is none when the event is older than the horizon, whatever broke until then (receive %i)',
    async (receiveCount) => {
      const message = deployment.messageFor(subscription, { acceptedAt: secondsFromNow(-7 * 86_400 - 1) });

      expect(await deliver(message, receiveCount)).toEqual(acknowledged);

      expect(receiver.callbacks).toEqual([]);
      expect(deployment.messagesIn('exhausted')).toHaveLength(1);
      expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
        state: 'exhausted',
        reason: 'expired',
        attemptCount: 0,
      });
      const { accountId, subscriptionId, eventId } = message;
      expect(deployment.telemetry.named('delivery.uncalled')).toMatchObject([
        { level: 'warn', name: 'delivery.uncalled', fields: { accountId, subscriptionId, eventId } },
      ]);
      expect(deployment.telemetry.counts).toEqual({ DeliveriesExhausted: 1, DeliveriesUncalled: 1 });
    },
  );

  test.each([
    ['a millisecond before seven days have passed', 7 * 86_400_000 - 1, 1, 'delivered'],
    ['when seven days have passed', 7 * 86_400_000, 1, 'delivered'],
    ['a millisecond after that', 7 * 86_400_000 + 1, 0, 'exhausted'],
  ])('is made or not: %s', async (_, ageMs, callCount, state) => {
    const acceptedAt = new Date(deployment.clock.now().getTime() - ageMs).toISOString();
    const message = deployment.messageFor(subscription, { acceptedAt });

    expect(await deliver(message)).toEqual(acknowledged);

    expect(receiver.callbacks).toHaveLength(callCount);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({ state });
  });

  test('which another has ended or claimed meanwhile is not counted', async () => {
    const message = deployment.messageFor(subscription, { acceptedAt: secondsFromNow(-7 * 86_400 - 1) });
    deployment.wire.table.intercept(async (call) =>
      call.operation === 'PutItem'
        ? { status: 400, body: { __type: 'ConditionalCheckFailedException' } }
        : call.forward(),
    );

    expect(await deliver(message)).toEqual(acknowledged);

    expect(deployment.telemetry.counts).toEqual({});
  });

  test('that was sent again, and not called since, is counted among those that never were', async () => {
    const message = deployment.messageFor(subscription, { acceptedAt: secondsFromNow(-9 * 86_400) });
    const restarted = { at: secondsFromNow(-7 * 86_400 - 1), attemptCount: 2 };
    const row = await existingRow(message, { version: 4, attemptCount: 2, restarted });

    await deliver({ ...message, version: row.version });

    expect(deployment.telemetry.counts).toEqual({ DeliveriesExhausted: 1, DeliveriesUncalled: 1 });
  });

  test('that was called before is not counted among those that never were', async () => {
    const message = deployment.messageFor(subscription, { acceptedAt: secondsFromNow(-7 * 86_400 - 1) });
    const row = await existingRow(message, { version: 4, attemptCount: 2 });

    await deliver({ ...message, version: row.version });

    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({ state: 'exhausted' });
    expect(deployment.telemetry.counts).toEqual({ DeliveriesExhausted: 1 });
  });

  test('of an event that is older than seven days is none', async () => {
    const message = deployment.messageFor(subscription, { acceptedAt: secondsFromNow(-7 * 86_400) });
    respondStatus(500);

    await deliver(message);

    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'exhausted',
      reason: 'expired',
    });
  });
});

describe('whatever may have been called before claims first', () => {
  test('a message received twice takes the absent row, calls, and settles what it took', async () => {
    const message = deployment.messageFor(subscription);
    receiver.respond((response) => {
      deployment.deliveries.findDelivery(message).then(
        (row) => response.writeHead(200).end(JSON.stringify(row)),
        () => response.destroy(),
      );
    });

    expect(await deliver(message, 2)).toEqual(acknowledged);

    const [attempt] = await attemptsOf(message);
    expect(JSON.parse(attempt?.['outcome'].responseExcerpt)).toMatchObject({
      state: 'claimed',
      version: 1,
      attemptCount: 0,
      dueAt: secondsFromNow(claimLeaseMs / 1000),
    });
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'delivered',
      version: 2,
      attemptCount: 1,
    });
  });

  test.each([
    ['has been delivered', deliveredDelivery(), 1],
    ['is claimed by another', claimedDelivery({ version: 2 }), 1],
    ['has been tried again since', waitingDelivery({ version: 3 }), 1],
    ['was cancelled', cancelledDelivery(), 1],
    ['has a row that the message knows nothing of', waitingDelivery(), 0],
  ])('a delivery that %s is acknowledged without a call', async (_, existing, version) => {
    const message = deployment.messageFor(subscription, { version });
    const row = { ...existing, ...refOf(message) };
    await deployment.deliveries.replaceDelivery(undefined, row);

    expect(await deliver(message, 2)).toEqual(acknowledged);

    expect(receiver.callbacks).toEqual([]);
    expect(await deployment.deliveries.findDelivery(message)).toEqual(JSON.parse(JSON.stringify(row)));
  });

  test('a recheck of a delivery that was made is acknowledged without a call', async () => {
    const message = deployment.messageFor(subscription);
    await deliver(message);

    expect(await deliver({ ...message, recheck: true })).toEqual(acknowledged);

    expect(receiver.callbacks).toHaveLength(1);
  });

  test('of two that claim at the same time one calls', async () => {
    const message = { ...deployment.messageFor(subscription), recheck: true };

    await Promise.all([deliver(message), deliver(message), deliver(message)]);

    expect(receiver.callbacks).toHaveLength(1);
  });

  test('a claim that ran out is taken over by the message of the sweeper', async () => {
    const message = deployment.messageFor(subscription, { version: 2 });
    await existingRow(message, { version: 2 }, claimedDelivery);

    await deliver(message);

    expect(receiver.callbacks).toHaveLength(1);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'delivered',
      version: 4,
    });
  });

  test('who was overtaken while calling overwrites nothing and sends no retry', async () => {
    const message = deployment.messageFor(subscription, { version: 1 });
    // The next gap is one that a message would wait out.
    const row = await existingRow(message, { version: 1, attemptCount: 0 });
    const overtaken = claimedDelivery({ ...refOf(row), version: 3 });
    receiver.respond((response) => {
      const claimed = claimedDelivery({ ...refOf(row), version: 2 });
      deployment.deliveries.replaceDelivery(claimed, overtaken).then(
        () => response.writeHead(500).end(),
        () => response.destroy(),
      );
    });

    expect(await deliver(message)).toEqual(acknowledged);

    expect(await deployment.deliveries.findDelivery(message)).toEqual(overtaken);
    expect(deployment.messagesIn('retries')).toEqual([]);
  });
});

describe('a subscription that takes no callbacks', () => {
  test('a 410 disables it, and its delivery is kept in case that was a mistake', async () => {
    const message = deployment.messageFor(subscription);
    respondStatus(410);

    expect(await deliver(message)).toEqual(acknowledged);

    expect(await deployment.subscriptions.findSubscription(message.accountId, subscription.id)).toMatchObject(
      {
        status: 'disabled',
        disabledReason: 'gone',
      },
    );
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'parked',
      reason: 'disabled',
      attemptCount: 1,
    });
    expect(deployment.messagesIn('retries')).toEqual([]);
    expect(deployment.queues.messagesIn('exhausted')).toEqual([]);
  });

  test('a 410 on a stage that keeps nothing tells the exhausted queue', async () => {
    const message = deployment.messageFor(subscription);
    respondStatus(410);
    const keepNothing = deployment.delivererWith({
      settings: { ...deliverySettings, keepDisabledSeconds: 0 },
    });

    await keepNothing(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));

    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'exhausted',
      reason: 'gone',
    });
    expect(deployment.queues.messagesIn('exhausted')).toMatchObject([{ attributes: { reason: 'gone' } }]);
    expect(await deployment.exhaustedCount.readExhausted(message)).toBe(1);
  });

  test('a 410 whose subscription could not be disabled is not final: the next one disables it', async () => {
    const message = deployment.messageFor(subscription);
    respondStatus(410);
    deployment.wire.table.intercept(async (call) =>
      JSON.stringify(call.input).includes('disabledReason') ? internalFailure : call.forward(),
    );
    expect(await deliver(message)).toEqual(failed);
    expect(await deployment.deliveries.findDelivery(message)).toBeUndefined();

    deployment.wire.table.reset();
    expect(await deliver(message, 2)).toEqual(acknowledged);

    const stored = await deployment.subscriptions.findSubscription(message.accountId, subscription.id);
    expect(stored).toMatchObject({ status: 'disabled', disabledReason: 'gone' });
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({ state: 'parked' });
  });

  test.each([
    [500, { state: 'parked', reason: 'disabled' }],
    [204, { state: 'delivered' }],
  ])('%i with `webhook-delivery: disable` disables it and is not retried', async (status, row) => {
    const message = deployment.messageFor(subscription);
    respondStatus(status, { 'webhook-delivery': 'disable' });

    expect(await deliver(message)).toEqual(acknowledged);

    expect(await deployment.deliveries.findDelivery(message)).toMatchObject(row);
    expect(deployment.messagesIn('retries')).toEqual([]);
    const stored = await deployment.subscriptions.findSubscription(message.accountId, subscription.id);
    expect(stored).toMatchObject({ status: 'disabled', disabledReason: 'asked-by-receiver' });
  });

  test('a success that asks for it and could not disable it is not final: the next one disables it', async () => {
    const message = deployment.messageFor(subscription);
    respondStatus(204, { 'webhook-delivery': 'disable' });
    deployment.wire.table.intercept(async (call) =>
      JSON.stringify(call.input).includes('disabledReason') ? internalFailure : call.forward(),
    );
    expect(await deliver(message)).toEqual(failed);
    expect(await deployment.deliveries.findDelivery(message)).toBeUndefined();

    deployment.wire.table.reset();
    expect(await deliver(message, 2)).toEqual(acknowledged);

    const stored = await deployment.subscriptions.findSubscription(message.accountId, subscription.id);
    expect(stored).toMatchObject({ status: 'disabled' });
  });

  test('is none because an answer ended one delivery: the others go on', async () => {
    const message = deployment.messageFor(subscription);
    respondStatus(500, { 'webhook-delivery': 'abort-message' });

    expect(await deliver(message)).toEqual(acknowledged);

    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'exhausted',
      reason: 'aborted',
      attemptCount: 1,
    });
    expect(deployment.messagesIn('retries')).toEqual([]);
    expect(deployment.queues.messagesIn('exhausted')).toMatchObject([{ attributes: { reason: 'aborted' } }]);
    respondStatus(204);
    const next = deployment.messageFor(subscription);
    await deliver(next);
    expect(await deployment.deliveries.findDelivery(next)).toMatchObject({ state: 'delivered' });
  });

  test('a URL that we cannot use disables it', async () => {
    const { subscription: broken } = await deployment.subscribe({ url: 'not a URL' });

    await deliver(deployment.messageFor(broken));

    expect(await deployment.subscriptions.findSubscription(broken.accountId, broken.id)).toMatchObject({
      status: 'disabled',
      disabledReason: 'invalid-url',
    });
  });

  test('is disabled: its deliveries are cancelled without a call', async () => {
    const { subscription: disabled } = await deployment.subscribe({ url: receiver.url, status: 'disabled' });
    const message = deployment.messageFor(disabled);

    expect(await deliver(message)).toEqual(acknowledged);

    expect(receiver.callbacks).toEqual([]);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'cancelled',
      reason: 'subscription-disabled',
      attemptCount: 0,
    });
  });

  test('is deleted: its waiting deliveries are cancelled without a call', async () => {
    const message = deployment.messageFor(subscription, { version: 1 });
    await existingRow(message, { version: 1 });
    await deployment.subscriptions.deleteSubscription(message.accountId, subscription.id);

    expect(await deliver(message)).toEqual(acknowledged);

    expect(receiver.callbacks).toEqual([]);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'cancelled',
      reason: 'subscription-deleted',
      attemptCount: 1,
    });
  });

  test('is another account’s: never called', async () => {
    const message = deployment.messageFor({ ...subscription, accountId: 'acc_other' });

    await deliver(message);

    expect(receiver.callbacks).toEqual([]);
  });
});

describe('a fault of ours fails the record', () => {
  test('KMS is down: nobody is called, no attempt is consumed, and the next try delivers', async () => {
    const message = deployment.messageFor(subscription);
    deployment.wire.kms.intercept(async () => internalFailure);

    expect(await deliver(message)).toEqual(failed);
    expect(receiver.callbacks).toEqual([]);
    expect(await deployment.deliveries.findDelivery(message)).toBeUndefined();
    expect(deployment.telemetry.lines).toMatchObject([{ level: 'error', name: 'delivery.failed' }]);

    deployment.wire.kms.reset();
    expect(await deliver(message, 2)).toEqual(acknowledged);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'delivered',
      attemptCount: 1,
    });
  });

  test('the table is down: nobody is called', async () => {
    deployment.wire.table.intercept(async () => internalFailure);

    expect(await deliver(deployment.messageFor(subscription), 2)).toEqual(failed);
    expect(receiver.callbacks).toEqual([]);
  });

  test('a delivered row that could not be written: the call may repeat, but the message stays', async () => {
    deployment.wire.table.intercept((call) =>
      call.operation === 'BatchWriteItem' ? Promise.resolve(internalFailure) : call.forward(),
    );

    expect(await deliver(deployment.messageFor(subscription))).toEqual(failed);
    expect(deployment.telemetry.named('delivery.unrecorded')).toMatchObject([{ level: 'error' }]);
  });

  test('a retry that SQS did not take: the row waits all the same, and nobody is called again before', async () => {
    const message = deployment.messageFor(subscription);
    respondStatus(500);
    deployment.wire.sqs.intercept(async () => internalFailure);

    expect(await deliver(message)).toEqual(failed);
    expect(await deliver(message, 2)).toEqual(acknowledged);

    expect(receiver.callbacks).toHaveLength(1);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'waiting',
      dueAt: secondsFromNow(65),
    });
  });

  test('an exhausted delivery that SQS did not take: its row is not final', async () => {
    const message = deployment.messageFor(subscription, { version: 4 });
    await existingRow(message, { version: 4, attemptCount: 2 });
    respondStatus(500);
    deployment.wire.sqs.intercept(async () => internalFailure);

    expect(await deliver(message)).toEqual(failed);

    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'claimed',
      attemptCount: 2,
    });
  });
});

test('a delivery whose event is no longer stored ends: nothing could ever be sent', async () => {
  const message = deployment.messageFor(subscription, { body: undefined });

  expect(await deliver(message)).toEqual(acknowledged);
  expect(receiver.callbacks).toEqual([]);
  expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
    state: 'exhausted',
    reason: 'expired',
    attemptCount: 0,
  });
  expect(deployment.messagesIn('exhausted')).toMatchObject([{ eventId: message.eventId }]);
});

describe('what an attempt tells the outside', () => {
  test.each([
    ['void', {}, { version: 3 }, {}],
    [
      'cancelled',
      { status: 'disabled' },
      {},
      { reason: 'subscription-disabled', explanation: 'Cancelled: the subscription was disabled.' },
    ],
    [
      'expired',
      {},
      { acceptedAt: '2026-01-01T00:00:00.000Z' },
      { explanation: expect.stringMatching(/^Given up: the time/) },
    ],
    [
      'postponed',
      { receiver: {} },
      {},
      {
        limit: 'unproven-address',
        waitMs: 1_000,
        explanation: expect.stringMatching(/^It waits for a limit until .*one call a second/),
      },
    ],
    ['deferred', { receiver: { slowSince: '2026-01-01T00:00:00.000Z' } }, {}, {}],
  ] as const)('is one line also when it ends %s', async (end, owned, sent, details) => {
    const to = await deployment.subscribe({ url: receiver.url, ...owned });
    // Of an address that has never answered, the first call of a second is let through.
    if (end === 'postponed') {
      respondStatus(500);
      await deliver(deployment.messageFor(to.subscription));
    }
    deployment.telemetry.clear();
    const message = deployment.messageFor(to.subscription, sent);
    const { acceptedAt: _, ...names } = refOf(message);

    expect(await deliver(message)).toEqual(acknowledged);

    expect(deployment.telemetry.named('delivery.attempted')).toEqual([
      { level: 'info', name: 'delivery.attempted', fields: { ...names, end, ...details } },
    ]);
  });

  test('is one line with the host, the outcome and the decision', async () => {
    const message = deployment.messageFor(subscription);
    respondStatus(500);

    await deliver(message);

    expect(deployment.telemetry.lines).toEqual([
      {
        level: 'info',
        name: 'delivery.attempted',
        fields: {
          accountId: message.accountId,
          subscriptionId: subscription.id,
          end: 'settled',
          eventId: message.eventId,
          eventType: message.eventType,
          attemptCount: 1,
          host: new URL(receiver.url).host,
          outcome: {
            kind: 'failure',
            reason: 'status',
            status: 500,
            durationMs: expect.any(Number),
            remoteAddress: '127.0.0.1',
          },
          decision: { kind: 'retry', delaySeconds: 5, byQueue: true, dueInSeconds: 65 },
          explanation: expect.stringMatching(/^Attempt 1 failed: the receiver answered 500\. /),
        },
      },
    ]);
    expect(deployment.telemetry.counts).toEqual({ AttemptsFailed: 1 });
  });

  test('holds no secret, no payload, no path of a hook and no word of the receiver', async () => {
    receiver.respond((response, { headers }) => void response.writeHead(500).end(JSON.stringify(headers)));
    const planted = deployment.messageFor(subscription, { body: '{"planted":"PLANTED-5531"}' });
    await deliver(planted);
    await deliver({ ...planted, recheck: true, version: 1 });
    const { subscription: sealed } = await deployment.subscribe({ url: receiver.url });
    deployment.wire.kms.intercept(async () => internalFailure);
    await deliver(deployment.messageFor(sealed, { body: '{"planted":"PLANTED-5531"}' }));

    const told = inspect(deployment.telemetry.lines, { depth: null });

    expect(deployment.telemetry.lines.map(({ name }) => name)).toEqual([
      'delivery.attempted',
      'delivery.attempted',
      'delivery.failed',
    ]);
    expect(told).not.toMatch(/PLANTED|whsec_|hooks\/iomnihub|webhook-signature/);
    expect(told).not.toContain(secret.slice(6, 20));
    expect(told).not.toContain(subscription.secrets[0]?.sealed);
  });
});
