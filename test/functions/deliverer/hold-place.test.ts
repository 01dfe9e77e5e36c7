import { describe, expect, test } from '@jest/globals';
import type { DeliveryMessage } from '../../../core/deliveries/delivery.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { eventOf, sqsRecord, uniqueId } from '../../support/builders.ts';
import { type Deployment, deliverySettings } from '../../support/deployment.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { prepareDeployment } from '../../support/suite.ts';
import { until } from '../../support/until.ts';
import { internalFailure, type WireCall } from '../../support/wire-proxy.ts';

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

/** As many as a queue has places: sixteen, four of them for an account and window. */
function startSandboxes(): Deployment['deliver'][] {
  const settings = { ...deliverySettings, maxDeliverers: 16, delivererTimeoutSeconds: windowMs / 1_000 };
  return Array.from({ length: 16 }, () => deployment.delivererWith({ settings }));
}

const windowMs = 60_000;
const acknowledged = { batchItemFailures: [] };

/** From the queue of first attempts, or from the retry queue. */
function record(message: DeliveryMessage, queue: 'deliveryQueue' | 'retryQueue' = 'deliveryQueue') {
  return sqsRecord(deployment[queue].arn, JSON.stringify(message));
}

/** One batch for each sandbox, all at a time. Returns those that are still in work when all others have ended. */
async function occupy(to: Subscription, inWork: number): Promise<Promise<unknown>[]> {
  let ended = 0;
  const batches = sandboxes.map(async (deliver) => {
    await deliver(record(deployment.messageFor(to)));
    ended += 1;
  });
  await until('the calls', async () => receiver.callbacks.length >= inWork);
  await until('the batches without a place', async () => ended === sandboxes.length - inWork);
  return batches;
}

function placeWrites() {
  return deployment.wire.table.calls.filter(({ input }) => input.Key?.pk.S.startsWith('L#places '));
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

describe('an account whose receivers hang', () => {
  test('takes a quarter of the places, and its other first attempts go to the retry queue as they are', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });

    const batches = await occupy(subscription, 4);

    const deferred = deployment.messagesIn('retries');
    expect(receiver.callbacks).toHaveLength(4);
    expect(deferred).toHaveLength(12);
    expect(deferred.every(({ recheck, body }) => recheck && body)).toBe(true);
    release();
    await Promise.all(batches);
  });

  test('takes half of them at most, in whatever windows its calls begin', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const before = await occupy(subscription, 4);
    deployment.clock.advance(windowMs - 1);

    // The four of the window before are still in work.
    const next = startSandboxes().map((deliver) => deliver(record(deployment.messageFor(subscription))));
    await until('those in vain', async () => deployment.messagesIn('retries').length === 12 + 16);
    deployment.clock.advance(1);
    next.push(...startSandboxes().map((deliver) => deliver(record(deployment.messageFor(subscription)))));

    await until('the calls', async () => receiver.callbacks.length >= 8);
    await until('the others', async () => deployment.messagesIn('retries').length === 12 + 16 + 12);
    expect(receiver.callbacks).toHaveLength(8);
    release();
    await Promise.all([...before, ...next]);
  });

  test('leaves places to every other account, and to its own retries', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const { subscription: other } = await deployment.subscribe({ url: receiver.url });
    const batches = await occupy(subscription, 4);
    const [deferred] = deployment.messagesIn('retries');
    const retry = deferred && sandboxes[14]?.(record(deferred, 'retryQueue'));
    const neighbour = sandboxes[15]?.(record(deployment.messageFor(other)));

    await until('both calls', async () => receiver.callbacks.length === 6);

    release();
    expect(await Promise.all([retry, neighbour])).toEqual([acknowledged, acknowledged]);
    await Promise.all(batches);
  });

  test('has as many places in the retry queue: what finds none waits, and no attempt is counted', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const messages = await Promise.all(sandboxes.map(() => storedMessageFor(subscription)));
    const batches = messages.map(async (message, index) =>
      sandboxes[index]?.(record({ ...message, recheck: true }, 'retryQueue')),
    );

    await until('the calls', async () => receiver.callbacks.length >= 4);
    await until('those that wait', async () => deployment.messagesIn('retries').length === 12);

    expect(receiver.callbacks).toHaveLength(4);
    const [waiting] = deployment.messagesIn('retries');
    const row = waiting && (await deployment.deliveries.findDelivery(waiting));
    expect(row).toMatchObject({ state: 'waiting', attemptCount: 0, nextAttemptAt: secondsFromNow(7.5) });
    deployment.queues.clear();
    // Without a place for the second time, it waits for the sweeper.
    await sandboxes[15]?.(...(waiting ? [record(waiting, 'retryQueue')] : []));
    expect(waiting && (await deployment.deliveries.findDelivery(waiting))).toMatchObject({
      state: 'waiting',
      attemptCount: 0,
      dueAt: secondsFromNow(90),
    });
    expect(deployment.messagesIn('retries')).toEqual([]);
    release();
    await Promise.all(batches);
  });

  test('has its places back when the calls are over', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const batches = await occupy(subscription, 4);
    release();
    await Promise.all(batches);
    deployment.clock.advance(1_000);
    deployment.queues.clear();

    for (const deliver of sandboxes) await deliver(record(deployment.messageFor(subscription)));

    expect(receiver.callbacks).toHaveLength(20);
    expect(deployment.messagesIn('retries')).toEqual([]);
  });

  test('has a place back when its own calls of a batch are over, although others of the batch hang', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const { subscription: other } = await deployment.subscribe({ url: receiver.url });
    const quick = await startReceiver();
    const { accountId } = subscription;
    const { subscription: ofQuick } = await deployment.subscribe({ url: quick.url, accountId });
    const toHanging = () => record(deployment.messageFor(subscription));
    const batches = [0, 1, 2].map((index) => sandboxes[index]?.(toHanging()));
    await until('three calls', async () => receiver.callbacks.length === 3);

    // The fourth place, and the last.
    const mixed = [record(deployment.messageFor(ofQuick)), record(deployment.messageFor(other))];
    batches.push(sandboxes[3]?.(...mixed));
    await until('both calls', async () => receiver.callbacks.length === 4 && quick.callbacks.length === 1);
    await until('the place given back', async () => returnsOf(subscription).length === 1);
    await sandboxes[4]?.(record(deployment.messageFor(ofQuick)));

    expect(quick.callbacks).toHaveLength(2);
    expect(deployment.messagesIn('retries')).toEqual([]);
    release();
    await Promise.all(batches);
    await quick.close();
  });

  test('waits a moment for a place: quick calls soon give one back', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const batches = [0, 1, 2, 3].map((index) =>
      sandboxes[index]?.(record(deployment.messageFor(subscription))),
    );
    await until('four calls', async () => receiver.callbacks.length === 4);
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

    await sandboxes[4]?.(record(deployment.messageFor(subscription)));

    expect(receiver.callbacks).toHaveLength(5);
    expect(deployment.messagesIn('retries')).toEqual([]);
  });

  test('does not wait again for half a minute after a wait in vain, so that hanging calls hold no batch up', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const batches = [0, 1, 2, 3].map((index) =>
      sandboxes[index]?.(record(deployment.messageFor(subscription))),
    );
    await until('four calls', async () => receiver.callbacks.length === 4);
    async function countQuestions(): Promise<number> {
      deployment.wire.table.reset();
      await sandboxes[4]?.(record(deployment.messageFor(subscription)));
      return takesOf(subscription).length;
    }

    expect(await countQuestions()).toBe(6);
    expect(await countQuestions()).toBe(0);
    deployment.clock.advance(1_000);
    expect(await countQuestions()).toBe(1);
    deployment.clock.advance(28_999);
    expect(await countQuestions()).toBe(1);
    deployment.clock.advance(1_000);
    expect(await countQuestions()).toBe(6);
    expect(receiver.callbacks).toHaveLength(4);
    release();
    await Promise.all(batches);
  });

  test('has them back in the next window, if a crash has kept them from being given back', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    deployment.wire.table.intercept(async (call) =>
      call.input.UpdateExpression?.includes(':minusOne') ? internalFailure : call.forward(),
    );
    const batches = await occupy(subscription, 4);
    release();
    await Promise.all(batches);
    deployment.clock.advance(windowMs);

    const [deliver] = sandboxes;
    await deliver?.(record(deployment.messageFor(subscription)));

    expect(receiver.callbacks).toHaveLength(5);
    expect(deployment.telemetry.named('place.uncounted').length).toBeGreaterThan(0);
  });
});

describe('a quiet account', () => {
  test('costs one write for each sandbox and window, however many its deliveries', async () => {
    release();
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    deployment.wire.table.reset();
    const [deliver] = sandboxes;
    const batch = () => Array.from({ length: 5 }, () => record(deployment.messageFor(subscription)));

    await deliver?.(...batch());
    await deliver?.(...batch());

    expect(receiver.callbacks).toHaveLength(10);
    expect(placeWrites()).toHaveLength(1);
    deployment.clock.advance(windowMs);
    await deliver?.(...batch());
    expect(placeWrites()).toHaveLength(2);
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

function secondsFromNow(seconds: number): string {
  return new Date(deployment.clock.now().getTime() + seconds * 1_000).toISOString();
}
