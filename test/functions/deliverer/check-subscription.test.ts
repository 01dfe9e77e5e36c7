import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { subscriptionKey } from '../../../adapters/dynamo-keys.ts';
import { createSecretCipher } from '../../../adapters/kms-secret-cipher.ts';
import type { DeliveryMessage } from '../../../core/deliveries/delivery.ts';
import { formatSecret } from '../../../core/deliveries/signature.ts';
import { eventCatalog } from '../../../core/events/event-catalog.ts';
import type { StoredSecret, Subscription } from '../../../core/subscriptions/subscription.ts';
import { envelope, sqsRecord, uniqueId } from '../../support/builders.ts';
import { type Deployment, startDeployment } from '../../support/deployment.ts';
import { connectKmsAt } from '../../support/engines.ts';
import {
  type ReceivedCallback,
  type Receiver,
  startReceiver,
  verifyCallback,
} from '../../support/receiver.ts';

/** What a change of a subscription means for a delivery that was planned before it and awaits its second attempt. */

const acknowledged = { batchItemFailures: [] };
const [entry, otherEntry] = eventCatalog;

let deployment: Deployment;
let receiver: Receiver;
let otherReceiver: Receiver;
let subscription: Subscription;
let secret: string;
let retry: DeliveryMessage;
beforeAll(async () => {
  deployment = await startDeployment();
});
beforeEach(async () => {
  [receiver, otherReceiver] = [await startReceiver(), await startReceiver()];
  ({ subscription, secret } = await deployment.subscribe({ url: receiver.url }));
  retry = await failOnce();
});
afterEach(async () => {
  await Promise.all([receiver.close(), otherReceiver.close()]);
  deployment.reset();
});
afterAll(() => deployment.close());

/** Publishes an event whose first attempt fails; answers with the message of its second, which will succeed. */
async function failOnce(): Promise<DeliveryMessage> {
  const time = deployment.clock.now().toISOString();
  const detail = { accountId: subscription.accountId, id: uniqueId('evt') };
  await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelope({ time, detail })));
  receiver.respond((response) => void response.writeHead(500).end());
  await deliver(deployment.messagesIn('deliveries')[0]);
  receiver.respond((response) => void response.writeHead(204).end());
  deployment.clock.advance(5_000);
  const [message] = deployment.messagesIn('retries');
  if (!message) throw new Error('no retry was sent');
  return message;
}

function deliver(message: DeliveryMessage | undefined) {
  return deployment.deliver(sqsRecord(deployment.retryQueue.arn, JSON.stringify(message)));
}

/** The subscription as it was at first, but for the changes. */
async function change(changes: Partial<Subscription>): Promise<void> {
  const { client, tableName } = deployment.table;
  const { accountId, id } = subscription;
  const { version = 0 } = (await deployment.subscriptions.findSubscription(accountId, id)) ?? {};
  const changed = { ...subscription, version: version + 1, ...changes };
  const Item = { ...subscriptionKey(accountId, id), subscription: changed };
  await client.send(new PutCommand({ TableName: tableName, Item }));
}

function remove() {
  return deployment.subscriptions.deleteSubscription(subscription.accountId, subscription.id);
}

/** A secret of this subscription, as text and as it is stored. */
async function newSecret(expiresInSeconds?: number): Promise<{ text: string; stored: StoredSecret }> {
  const { accountId, id: subscriptionId } = subscription;
  const text = formatSecret(Buffer.from(uniqueId('secret').padEnd(32)));
  // By another sandbox, so that no data key of it has been opened before.
  const kms = connectKmsAt(deployment.wire.kms.url);
  const sealed = await createSecretCipher(kms, 'alias/webhooks').seal(text, { accountId, subscriptionId });
  kms.destroy();
  const now = deployment.clock.now().getTime();
  const expiresAt =
    expiresInSeconds === undefined
      ? {}
      : { expiresAt: new Date(now + expiresInSeconds * 1_000).toISOString() };
  return { text, stored: { sealed, createdAt: new Date(now).toISOString(), ...expiresAt } };
}

function isSignedBy(callback: ReceivedCallback | undefined, key: string): boolean {
  try {
    return callback !== undefined && Boolean(verifyCallback(callback, key));
  } catch {
    return false;
  }
}

test('one that changes whenever it is looked at is not called, until its message comes again', async () => {
  let isOurs = false;
  let looks = 0;
  deployment.wire.table.intercept(async (call) => {
    if (!isOurs && call.operation === 'GetItem' && String(call.input.Key.sk.S).startsWith('S#')) {
      looks += 1;
      isOurs = true;
      await change({});
      isOurs = false;
    }
    return call.forward();
  });
  receiver.callbacks.length = 0;

  const { batchItemFailures } = await deliver(retry);
  expect(batchItemFailures).toHaveLength(1);
  expect(receiver.callbacks).toEqual([]);
  // For a probe and to begin with, and once after each of five preparations.
  expect(looks).toBe(7);

  deployment.reset();
  deployment.clock.advance(60_000);
  const recheck = { ...retry, version: retry.version + 1 };
  expect(await deliver(recheck)).toEqual(acknowledged);
  expect(receiver.callbacks).toHaveLength(1);
});

test('without a change the second attempt is like the first', async () => {
  expect(await deliver(retry)).toEqual(acknowledged);

  expect(receiver.callbacks).toHaveLength(2);
  expect(receiver.callbacks[1]).toMatchObject({ path: '/hooks/iomnihub', body: receiver.callbacks[0]?.body });
  expect(await deployment.deliveries.findDelivery(retry)).toMatchObject({
    state: 'delivered',
    attemptCount: 2,
  });
});

test('a changed URL: the next attempt goes there, and to the old one no more', async () => {
  await change({ url: otherReceiver.url });

  expect(await deliver(retry)).toEqual(acknowledged);

  expect(receiver.callbacks).toHaveLength(1);
  expect(otherReceiver.callbacks).toHaveLength(1);
  expect(otherReceiver.callbacks[0]?.body).toBe(receiver.callbacks[0]?.body);
  expect(isSignedBy(otherReceiver.callbacks[0], secret)).toBe(true);
  expect(await deployment.deliveries.findDelivery(retry)).toMatchObject({
    state: 'delivered',
    attemptCount: 2,
  });
});

test('a second live secret: both sign', async () => {
  const rotated = await newSecret();
  const [old] = subscription.secrets;
  if (!old) throw new Error('the subscription has no secret');
  const expiresAt = new Date(deployment.clock.now().getTime() + 60_000).toISOString();
  await change({ secrets: [rotated.stored, { ...old, expiresAt }] });

  await deliver(retry);

  const callback = receiver.callbacks[1];
  expect([rotated.text, secret].map((key) => isSignedBy(callback, key))).toEqual([true, true]);
  expect(callback?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
});

test('a secret that expired between the attempts does not sign any more', async () => {
  const [rotated, expiring] = [await newSecret(), await newSecret(5)];
  await change({ secrets: [rotated.stored, expiring.stored] });
  deployment.clock.advance(5_000);

  await deliver(retry);

  const callback = receiver.callbacks[1];
  const signs = [rotated.text, expiring.text, secret].map((key) => isSignedBy(callback, key));
  expect(signs).toEqual([true, false, false]);
  expect(callback?.headers['webhook-signature']?.split(' ')).toHaveLength(1);
});

test('other event types: what was planned is still delivered, what comes next is not planned', async () => {
  await change({ eventTypes: [otherEntry.type] });
  deployment.queues.clear();

  expect(await deliver(retry)).toEqual(acknowledged);

  expect(receiver.callbacks).toHaveLength(2);
  expect(JSON.parse(receiver.callbacks[1]?.body ?? '')).toMatchObject({ type: entry.type });
  const detail = { accountId: subscription.accountId, id: uniqueId('evt') };
  await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelope({ detail })));
  expect(deployment.messagesIn('deliveries')).toEqual([]);
});

test.each([
  ['disabled', 'subscription-disabled', () => change({ status: 'disabled' })],
  [
    'deleted',
    'subscription-deleted',
    () => deployment.subscriptions.deleteSubscription(subscription.accountId, subscription.id),
  ],
] as const)(
  '%s: the delivery is cancelled without a call, and no attempt is counted',
  async (_, reason, apply) => {
    await apply();

    expect(await deliver(retry)).toEqual(acknowledged);

    expect(receiver.callbacks).toHaveLength(1);
    const row = await deployment.deliveries.findDelivery(retry);
    expect(row).toMatchObject({ state: 'cancelled', reason, attemptCount: 1 });
    expect(row).not.toHaveProperty('dueAt');
    expect(deployment.queues.messagesIn('exhausted')).toEqual([]);
  },
);

test('disabled while the call was prepared: it is not made', async () => {
  deployment.wire.table.intercept(async (call) => {
    if (call.operation === 'GetItem' && call.input.Key.pk.S.includes('#E#'))
      await change({ status: 'disabled' });
    return call.forward();
  });

  expect(await deliver(retry)).toEqual(acknowledged);

  expect(receiver.callbacks).toHaveLength(1);
  expect(await deployment.deliveries.findDelivery(retry)).toMatchObject({
    state: 'cancelled',
    reason: 'subscription-disabled',
    attemptCount: 1,
  });
});

test('moved and its secret replaced while the call was prepared: it is as the subscription is now', async () => {
  const replaced = await newSecret();
  deployment.wire.table.intercept(async (call) => {
    if (call.operation === 'GetItem' && call.input.Key.pk.S.includes('#E#'))
      await change({ url: otherReceiver.url, secrets: [replaced.stored] });
    return call.forward();
  });

  expect(await deliver(retry)).toEqual(acknowledged);

  expect(receiver.callbacks).toHaveLength(1);
  expect(otherReceiver.callbacks).toHaveLength(1);
  expect(isSignedBy(otherReceiver.callbacks[0], replaced.text)).toBe(true);
});

describe('while KMS opens the secret of a call', () => {
  /** The secret is new, so that no sandbox has opened it before. */
  async function changeDuringDecrypt(changes: Partial<Subscription>): Promise<void> {
    const { stored } = await newSecret();
    const fresh = { secrets: [stored], version: subscription.version + 1 };
    await change(fresh);
    deployment.wire.kms.intercept(async (call) => {
      if (call.operation === 'Decrypt') {
        deployment.wire.kms.intercept((later) => later.forward());
        await change({ ...fresh, ...changes, version: subscription.version + 2 });
      }
      return call.forward();
    });
  }

  test('disabled: it is not made', async () => {
    await changeDuringDecrypt({ status: 'disabled' });

    expect(await deliver(retry)).toEqual(acknowledged);
    expect(receiver.callbacks).toHaveLength(1);
    expect(await deployment.deliveries.findDelivery(retry)).toMatchObject({
      state: 'cancelled',
      reason: 'subscription-disabled',
    });
  });

  test('moved: it goes to the new URL', async () => {
    await changeDuringDecrypt({ url: otherReceiver.url });

    expect(await deliver(retry)).toEqual(acknowledged);
    expect(receiver.callbacks).toHaveLength(1);
    expect(otherReceiver.callbacks).toHaveLength(1);
  });

  test('its secret replaced: the new one signs, alone', async () => {
    const replaced = await newSecret();
    await changeDuringDecrypt({ secrets: [replaced.stored] });

    expect(await deliver(retry)).toEqual(acknowledged);
    expect(receiver.callbacks).toHaveLength(2);
    expect(isSignedBy(receiver.callbacks[1], replaced.text)).toBe(true);
    expect(receiver.callbacks[1]?.headers['webhook-signature']?.split(' ')).toHaveLength(1);
  });
});

test('disabled and enabled again before the next attempt: it is made', async () => {
  await change({ status: 'disabled' });
  await change({});

  await deliver(retry);

  expect(receiver.callbacks).toHaveLength(2);
});

test('disabled, cancelled and enabled again: what was cancelled stays so', async () => {
  await change({ status: 'disabled' });
  await deliver(retry);
  await change({});

  expect(await deliver(retry)).toEqual(acknowledged);

  expect(receiver.callbacks).toHaveLength(1);
  expect(await deployment.deliveries.findDelivery(retry)).toMatchObject({ state: 'cancelled' });
});

describe('while KMS opens the secret, its subscription is', () => {
  /** Makes the change when the deliverer asks KMS, once. */
  function changeDuringDecrypt(makeChange: () => Promise<unknown>) {
    let isFirst = true;
    deployment.wire.kms.intercept(async (call) => {
      if (isFirst) {
        isFirst = false;
        await makeChange();
      }
      return call.forward();
    });
    receiver.callbacks.length = 0;
    // The deployment's own cipher has opened the secret before, and remembers it.
    const kms = connectKmsAt(deployment.wire.kms.url);
    const deliverWith = deployment.delivererWith({ cipher: createSecretCipher(kms, 'alias/webhooks') });
    return async () => {
      const result = await deliverWith(sqsRecord(deployment.retryQueue.arn, JSON.stringify(retry)));
      kms.destroy();
      return result;
    };
  }

  test.each([
    ['disabled', () => change({ status: 'disabled' }), 'subscription-disabled'],
    ['made to wait for consent', () => change({ status: 'pending' }), 'subscription-pending'],
    ['deleted', () => remove(), 'subscription-deleted'],
    [
      'suspended with its account',
      () => deployment.accounts.setAccountStatus(subscription.accountId, 'suspended', deployment.clock.now()),
      'account-suspended',
    ],
  ] as const)('%s: the call is not made', async (_, makeChange, reason) => {
    const deliverRetry = changeDuringDecrypt(makeChange);

    expect(await deliverRetry()).toEqual(acknowledged);

    expect(receiver.callbacks).toEqual([]);
    expect(await deployment.deliveries.findDelivery(retry)).toMatchObject({ state: 'cancelled', reason });
  });

  test('moved: the call is made at the new URL only', async () => {
    const deliverRetry = changeDuringDecrypt(() => change({ url: otherReceiver.url }));

    expect(await deliverRetry()).toEqual(acknowledged);

    expect(receiver.callbacks).toEqual([]);
    expect(otherReceiver.callbacks).toHaveLength(1);
  });

  test('given another secret: that one signs, and the old one does not', async () => {
    const replaced = await newSecret();
    const deliverRetry = changeDuringDecrypt(() => change({ secrets: [replaced.stored] }));

    expect(await deliverRetry()).toEqual(acknowledged);

    expect(receiver.callbacks.map((callback) => isSignedBy(callback, replaced.text))).toEqual([true]);
    expect(receiver.callbacks.map((callback) => isSignedBy(callback, secret))).toEqual([false]);
  });

  test('left without its headers: they are not sent', async () => {
    const { accountId, id: subscriptionId } = subscription;
    const sealed = await deployment.cipher.seal('{"x-token":"one"}', { accountId, subscriptionId });
    await change({ headers: { names: ['x-token'], sealed } });
    const deliverRetry = changeDuringDecrypt(() => change({}));

    expect(await deliverRetry()).toEqual(acknowledged);

    expect(receiver.callbacks).toHaveLength(1);
    expect(receiver.callbacks[0]?.headers).not.toHaveProperty('x-token');
  });
});

describe('while a call is on the wire, its subscription is', () => {
  /** Makes the change before the receiver answers with that status. */
  function changeBeforeAnswer(status: number, makeChange: () => Promise<unknown>) {
    receiver.respond((response) => {
      makeChange().then(
        () => response.writeHead(status).end(),
        (error: Error) => response.destroy(error),
      );
    });
  }
  const move = () => change({ url: otherReceiver.url, receiver: {} });
  const stored = () => deployment.subscriptions.findSubscription(subscription.accountId, subscription.id);

  test.each([410, 404, 500])(
    'moved, and the old URL answers %i: the delivery goes on at the new one',
    async (status) => {
      changeBeforeAnswer(status, move);

      expect(await deliver(retry)).toEqual(acknowledged);

      const row = await deployment.deliveries.findDelivery(retry);
      expect(row).toMatchObject({ state: 'waiting', attemptCount: 2 });
      expect(deployment.messagesIn('exhausted')).toEqual([]);
      expect(await stored()).toMatchObject({ status: 'enabled', url: otherReceiver.url, receiver: {} });

      await deliver({ ...retry, version: row?.version ?? 0 });
      expect(otherReceiver.callbacks).toHaveLength(1);
      expect(await deployment.deliveries.findDelivery(retry)).toMatchObject({ state: 'delivered' });
    },
  );

  test('moved: a first attempt goes on at the new URL as well', async () => {
    const message = deployment.messageFor(subscription);
    changeBeforeAnswer(410, move);

    expect(await deliver(message)).toEqual(acknowledged);

    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({ state: 'waiting', version: 1 });
    expect(deployment.messagesIn('exhausted')).toEqual([]);
    expect(deployment.messagesIn('retries')).toContainEqual(
      expect.objectContaining({ eventId: message.eventId, version: 1 }),
    );
  });

  test.each([
    ['changed otherwise', () => change({ description: 'new' })],
    ['moved away and back', () => move().then(() => change({ receiver: {} }))],
  ])('%s, and the URL answers 410: the delivery is kept and it is disabled', async (_, makeChange) => {
    changeBeforeAnswer(410, makeChange);

    expect(await deliver(retry)).toEqual(acknowledged);

    expect(await deployment.deliveries.findDelivery(retry)).toMatchObject({
      state: 'parked',
      reason: 'disabled',
    });
    expect(await stored()).toMatchObject({ status: 'disabled', disabledReason: 'gone' });
  });

  test('deleted, and the URL answers 410: the delivery ends', async () => {
    changeBeforeAnswer(410, remove);

    expect(await deliver(retry)).toEqual(acknowledged);

    const row = await deployment.deliveries.findDelivery(retry);
    await deliver({ ...retry, version: row?.version ?? 0 });
    expect(await deployment.deliveries.findDelivery(retry)).toMatchObject({
      state: 'cancelled',
      reason: 'subscription-deleted',
    });
  });
});
