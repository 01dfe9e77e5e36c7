import { describe, expect, test } from '@jest/globals';
import type { DeliveryMessage } from '../../../core/deliveries/delivery.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { eventOf, sqsRecord, uniqueId } from '../../support/builders.ts';
import { type Deployment, deliverySettings } from '../../support/deployment.ts';
import type { Receiver } from '../../support/receiver.ts';
import { prepareDeployment } from '../../support/suite.ts';
import { until } from '../../support/until.ts';
import { internalFailure } from '../../support/wire-proxy.ts';

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
  // Sixteen places of a queue: four for an account and window.
  const settings = { ...deliverySettings, maxDeliverers: 16, delivererTimeoutSeconds: windowMs / 1_000 };
  sandboxes = Array.from({ length: 16 }, () => deployment.delivererWith({ settings }));
});

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
    const next = sandboxes.map((deliver) => deliver(record(deployment.messageFor(subscription))));
    deployment.clock.advance(1);
    next.push(...sandboxes.map((deliver) => deliver(record(deployment.messageFor(subscription)))));

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
