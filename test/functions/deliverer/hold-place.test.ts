import { describe, expect, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { internalFailure, type WireCall } from '../../../bench/wire-proxy.ts';
import type { DeliveryMessage } from '../../../core/deliveries/delivery.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { eventOf, sqsRecord, uniqueId } from '../../support/builders.ts';
import { type Deployment, deliverySettings } from '../../support/deployment.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { prepareDeployment } from '../../support/suite.ts';
import { until } from '../../support/until.ts';

let deployment: Deployment;
let receiver: Receiver;
/** Ends the calls that hang. */
let release: () => void;
/** Each delivers like a sandbox of its own. */
let sandboxes: Deployment['deliver'][];
prepareDeployment((suite) => {
  ({ deployment, receiver } = suite);
  // The beginning of a window.
  deployment.clock.advance(windowMs - (deployment.clock.now().getTime() % windowMs));
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  receiver.respond((response) => void released.then(() => response.writeHead(204).end()));
  sandboxes = startSandboxes();
});

/** As many as a queue has places: thirteen. An account may take nine. */
function startSandboxes(maxDeliverers = 13): Deployment['deliver'][] {
  const settings = {
    ...deliverySettings,
    maxDeliverers,
    delivererTimeoutSeconds: longestBatchMs / 1_000,
  };
  const pause = async () => undefined;
  return Array.from({ length: maxDeliverers }, () => deployment.delivererWith({ settings, pause }));
}

const longestBatchMs = 60_000;
const windowMs = 4 * longestBatchMs;
const acknowledged = { batchItemFailures: [] };

/** From the queue of first attempts, or from the retry queue. */
function record(message: DeliveryMessage, queue: 'deliveryQueue' | 'retryQueue' = 'deliveryQueue') {
  return sqsRecord(deployment[queue].arn, JSON.stringify(message));
}

/** One batch for each sandbox, all at a time. Returns those that are still in work when all others have ended. */
async function occupy(inWork: number, next: () => SQSRecord, all = sandboxes): Promise<Promise<unknown>[]> {
  let ended = 0;
  const before = receiver.callbacks.length;
  const batches = all.map(async (deliver) => {
    await deliver(next());
    ended += 1;
  });
  await until('the calls', async () => receiver.callbacks.length >= before + inWork);
  await until('the batches without a place', async () => ended === all.length - inWork);
  expect(receiver.callbacks).toHaveLength(before + inWork);
  return batches;
}

function placeWrites() {
  return deployment.wire.table.calls.filter(
    ({ operation, input }) => operation === 'UpdateItem' && input.Key?.pk.S.startsWith('L#places '),
  );
}

function isOf({ accountId }: Subscription, input: WireCall['input']): boolean {
  return String(input.Key?.pk?.S).startsWith('L#places ') && JSON.stringify(input.Key).includes(accountId);
}

/** How the account has asked for places, in vain or not. */
function takesOf(subscription: Subscription) {
  return placeWrites().filter(({ input }) => isOf(subscription, input) && input.ConditionExpression);
}

function returnsOf(subscription: Subscription) {
  return placeWrites().filter(({ input }) => isOf(subscription, input) && !input.ConditionExpression);
}

/** How often a batch for this account asks in vain. */
async function countQuestionsOf(subscription: Subscription): Promise<number> {
  deployment.wire.table.reset();
  await sandboxes[12]?.(record(deployment.messageFor(subscription)));
  return takesOf(subscription).length;
}

const firstTo = (subscription: Subscription) => () => record(deployment.messageFor(subscription));

describe('an account whose receivers hang', () => {
  test('takes all places but a quarter, and its other first attempts go to the retry queue as they are', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });

    const batches = await occupy(9, firstTo(subscription));

    const deferred = deployment.messagesIn('retries');
    expect(deferred).toHaveLength(4);
    expect(deferred.every(({ recheck, body }) => recheck && body)).toBe(true);
    release();
    await Promise.all(batches);
  });

  test('needs no place in the retry queue for receivers that are known to be slow', async () => {
    const since = deployment.clock.now().toISOString();
    const slow = { provenAt: since, slowSince: since };
    const { subscription } = await deployment.subscribe({ url: receiver.url, receiver: slow });
    const messages = await Promise.all(sandboxes.map(() => storedMessageFor(subscription)));

    const batches = await occupy(10, () => record(retryOf(messages), 'retryQueue'), sandboxes.slice(0, 10));

    expect(receiver.callbacks).toHaveLength(10);
    expect(placeWrites()).toEqual([]);
    release();
    await Promise.all(batches);
  });

  test('takes no more in whatever windows its calls begin', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    deployment.clock.advance(windowMs - longestBatchMs + 1);
    const batches = await occupy(9, firstTo(subscription));

    // They are still in work.
    deployment.clock.advance(longestBatchMs - 2);
    batches.push(...(await occupy(0, firstTo(subscription), startSandboxes())));
    deployment.clock.advance(1);
    batches.push(...(await occupy(0, firstTo(subscription), startSandboxes())));

    release();
    await Promise.all(batches);
    // The first one's sandbox keeps its place.
    expect(returnsOf(subscription)).toHaveLength(2 * 8);
  });

  test('leaves places to every other account, and to its own retries', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const { subscription: other } = await deployment.subscribe({ url: receiver.url });
    const batches = await occupy(9, firstTo(subscription));
    const [deferred] = deployment.messagesIn('retries');

    const retry = deferred && sandboxes[11]?.(record(deferred, 'retryQueue'));
    const neighbour = sandboxes[12]?.(record(deployment.messageFor(other)));

    await until('both calls', async () => receiver.callbacks.length === 11);
    release();
    expect(await Promise.all([retry, neighbour])).toEqual([acknowledged, acknowledged]);
    await Promise.all(batches);
  });

  test.each([
    ['at first', 0, 1.5],
    ['later', 40, 15],
    ['a minute and a half later', 90, 33.75],
    ['days later', 200_000, 45],
  ])('waits in the retry queue %s, and no attempt is counted', async (_, ageSeconds, waitSeconds) => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const messages = await Promise.all(sandboxes.map(() => storedMessageFor(subscription)));
    deployment.clock.advance(ageSeconds * 1_000);

    const batches = await occupy(9, () => record(retryOf(messages), 'retryQueue'));

    const waiting = deployment.messagesIn('retries');
    expect(waiting).toHaveLength(4);
    const [first] = waiting;
    const row = first && (await deployment.deliveries.findDelivery(first));
    expect(row).toMatchObject({
      state: 'waiting',
      attemptCount: 0,
      nextAttemptAt: secondsFromNow(waitSeconds),
      dueAt: secondsFromNow(waitSeconds + deliverySettings.queueMarginSeconds),
    });
    release();
    await Promise.all(batches);
  });

  test('has its places back when the calls are over', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const batches = await occupy(9, firstTo(subscription));
    release();
    await Promise.all(batches);
    deployment.queues.clear();

    for (const deliver of sandboxes) await deliver(record(deployment.messageFor(subscription)));

    expect(receiver.callbacks).toHaveLength(9 + 13);
    expect(deployment.messagesIn('retries')).toEqual([]);
  });

  test('has a place back when its own calls of a batch are over, although others of the batch hang', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const { subscription: other } = await deployment.subscribe({ url: receiver.url });
    const quick = await startReceiver();
    const { accountId } = subscription;
    const { subscription: ofQuick } = await deployment.subscribe({ url: quick.url, accountId });
    const batches = await occupy(8, firstTo(subscription), sandboxes.slice(0, 8));

    // The ninth place, and the last.
    const mixed = [record(deployment.messageFor(ofQuick)), record(deployment.messageFor(other))];
    batches.push(Promise.resolve(sandboxes[8]?.(...mixed)));
    await until('both calls', async () => receiver.callbacks.length === 9 && quick.callbacks.length === 1);
    await until('the place given back', async () => returnsOf(subscription).length === 1);
    await sandboxes[12]?.(record(deployment.messageFor(ofQuick)));

    expect(quick.callbacks).toHaveLength(2);
    expect(deployment.messagesIn('retries')).toEqual([]);
    release();
    await Promise.all(batches);
    await quick.close();
  });

  test('waits a moment for a place where places come and go', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const batches = await occupy(9, firstTo(subscription), sandboxes.slice(0, 9));
    deployment.wire.table.reset();
    deployment.wire.table.intercept(async (call) => {
      // The first question was in vain. Before the second, the other calls end.
      const isQuestion = isOf(subscription, call.input) && call.input.ConditionExpression;
      if (isQuestion && takesOf(subscription).length === 2) {
        release();
        await Promise.all(batches);
      }
      return call.forward();
    });

    await sandboxes[12]?.(record(deployment.messageFor(subscription)));

    expect(receiver.callbacks).toHaveLength(10);
    expect(deployment.messagesIn('retries')).toEqual([]);
  });

  test('waits for no place where none has come or gone for a while: the batch would be held up as well', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const batches = await occupy(9, firstTo(subscription), sandboxes.slice(0, 9));
    const countQuestions = () => countQuestionsOf(subscription);

    // The calls have just begun.
    expect(await countQuestions()).toBe(7);
    deployment.clock.advance(249);
    expect(await countQuestions()).toBe(7);
    // They hang.
    deployment.clock.advance(1);
    expect(await countQuestions()).toBe(1);
    deployment.clock.advance(999);
    expect(await countQuestions()).toBe(0);
    deployment.clock.advance(1);
    expect(await countQuestions()).toBe(1);
    expect(receiver.callbacks).toHaveLength(9);
    release();
    await Promise.all(batches);
  });

  test('waits for a second after a place was given back', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const quick = await startReceiver();
    const { subscription: ofQuick } = await deployment.subscribe({
      url: quick.url,
      accountId: subscription.accountId,
    });
    const batches = await occupy(8, firstTo(subscription), sandboxes.slice(0, 8));
    await sandboxes[8]?.(record(deployment.messageFor(ofQuick)));
    const returnedAt = deployment.clock.now().getTime();
    batches.push(...(await occupy(1, firstTo(subscription), sandboxes.slice(9, 10))));
    deployment.clock.advance(999);

    expect(await countQuestionsOf(subscription)).toBe(7);
    deployment.clock.advance(returnedAt + 1_000 - deployment.clock.now().getTime());
    expect(await countQuestionsOf(subscription)).toBe(1);
    release();
    await Promise.all(batches);
    await quick.close();
  });

  test('has them back in the next window, if a crash has kept them from being given back', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    deployment.wire.table.intercept(async (call) =>
      call.input.Key?.pk.S.startsWith('L#places ') &&
      call.input.ExpressionAttributeValues?.[':by']?.N === '-1'
        ? internalFailure
        : call.forward(),
    );
    const batches = await occupy(9, firstTo(subscription));
    release();
    await Promise.all(batches);
    expect(deployment.telemetry.named('place.uncounted')).toHaveLength(8);
    const deliverAll = () =>
      Promise.all(sandboxes.map((deliver) => deliver(record(deployment.messageFor(subscription)))));

    // One sandbox has kept its place.
    await deliverAll();
    expect(receiver.callbacks).toHaveLength(9 + 1);
    deployment.clock.advance(windowMs);
    await deliverAll();

    expect(receiver.callbacks.length).toBeGreaterThanOrEqual(9 + 1 + 9);
  });
});

describe('a quiet account', () => {
  test('costs one write for each sandbox and window, however many its deliveries', async () => {
    release();
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    deployment.wire.table.reset();
    const [deliver] = sandboxes;
    const batch = () => Array.from({ length: 5 }, firstTo(subscription));

    await deliver?.(...batch());
    await deliver?.(...batch());

    expect(receiver.callbacks).toHaveLength(10);
    expect(placeWrites()).toHaveLength(1);
    deployment.clock.advance(windowMs);
    await deliver?.(...batch());
    expect(placeWrites()).toHaveLength(2);
  });

  test('costs one more late in a window, and none in the next', async () => {
    release();
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    deployment.wire.table.reset();
    const [deliver] = sandboxes;
    const timesMs = [windowMs - longestBatchMs + 1, longestBatchMs - 2, windowMs];
    for (const waitMs of timesMs) {
      deployment.clock.advance(waitMs);
      await deliver?.(firstTo(subscription)());
    }

    expect(receiver.callbacks).toHaveLength(3);
    expect(placeWrites()).toHaveLength(2);
    deployment.clock.advance(1);
    await deliver?.(firstTo(subscription)());
    expect(placeWrites()).toHaveLength(3);
  });

  test('costs one write where an account may take three places, and leaves the other two to other sandboxes', async () => {
    release();
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    deployment.wire.table.reset();
    const [resting, ...others] = startSandboxes(5);
    await resting?.(firstTo(subscription)());
    await resting?.(firstTo(subscription)());
    expect(placeWrites()).toHaveLength(1);

    const hanging = Promise.withResolvers<void>();
    receiver.respond((response) => void hanging.promise.then(() => response.writeHead(204).end()));
    const batches = await occupy(2, firstTo(subscription), others);

    expect(deployment.messagesIn('retries')).toHaveLength(2);
    hanging.resolve();
    await Promise.all(batches);
  });

  test('gives its place back where an account may take one or two: no other sandbox has to wait for one that rests', async () => {
    release();
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    deployment.wire.table.reset();
    const [one, other] = startSandboxes(2);

    await one?.(firstTo(subscription)());
    await other?.(firstTo(subscription)());

    expect(receiver.callbacks).toHaveLength(2);
    expect(returnsOf(subscription)).toHaveLength(2);
  });

  test('gets its callbacks although the table cannot count', async () => {
    release();
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    deployment.wire.table.intercept(async (call) =>
      call.input.Key?.pk.S.startsWith('L#places ') ? internalFailure : call.forward(),
    );

    expect(await sandboxes[0]?.(record(deployment.messageFor(subscription)))).toEqual(acknowledged);

    expect(receiver.callbacks).toHaveLength(1);
    expect(deployment.telemetry.named('place.uncounted')).toMatchObject([{ level: 'error' }]);
  });
});

/** Of an event that is stored: what comes back later reads its body there. */
async function storedMessageFor(subscription: Subscription): Promise<DeliveryMessage> {
  const message = deployment.messageFor(subscription, { eventId: uniqueId('evt') });
  await deployment.events.recordEvent(eventOf(message), [], deployment.clock.now());
  return message;
}

/** The next of these messages, as a first attempt leaves it to the retry queue. */
function retryOf(messages: DeliveryMessage[]): DeliveryMessage {
  const message = messages.pop();
  if (!message) throw new Error('no message is left');
  return { ...message, recheck: true };
}

function secondsFromNow(seconds: number): string {
  return new Date(deployment.clock.now().getTime() + seconds * 1_000).toISOString();
}
