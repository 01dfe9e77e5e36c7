import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { bucketKey } from '../../../adapters/dynamo-keys.ts';
import { createTokenStore } from '../../../adapters/dynamo-token-store.ts';
import { internalFailure } from '../../../bench/wire-proxy.ts';
import { callbackLimits } from '../../../core/deliveries/call-limits.ts';
import { type DeliveryMessage, deliveryMessageSchema, isOpen } from '../../../core/deliveries/delivery.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { eventOf, sqsRecord, uniqueId } from '../../support/builders.ts';
import { type Deployment, deliverySettings } from '../../support/deployment.ts';
import type { Receiver } from '../../support/receiver.ts';
import { prepareDeployment } from '../../support/suite.ts';

let deployment: Deployment;
let receiver: Receiver;
prepareDeployment((suite) => {
  ({ deployment, receiver } = suite);
  // A whole second: from here on turns are counted.
  deployment.clock.advance(1_000 - (deployment.clock.now().getTime() % 1_000));
});

const nothingKnown = { addresses: [], contenders: 0 };
const acknowledged = { batchItemFailures: [] };

function deliver(...messages: (DeliveryMessage | undefined)[]) {
  return deployment.deliver(
    ...messages.map((message) => sqsRecord(deployment.retryQueue.arn, JSON.stringify(message))),
  );
}

async function limited(overrides: Partial<Subscription> = {}): Promise<Subscription> {
  return (
    await deployment.subscribe({ url: receiver.url, rateLimit: { calls: 2, perSeconds: 1 }, ...overrides })
  ).subscription;
}

async function changeLimit(seen: Subscription, rateLimit: Subscription['rateLimit']): Promise<void> {
  const { rateLimit: _, ...unlimited } = seen;
  const next = { ...unlimited, ...(rateLimit ? { rateLimit } : {}), version: seen.version + 1 };
  await deployment.subscriptions.replaceSubscription(seen, next);
  // From then on the change holds everywhere.
  deployment.clock.advance(6_000);
}

function secondsFromNow(seconds: number): string {
  return new Date(deployment.clock.now().getTime() + seconds * 1_000).toISOString();
}

describe('a delivery beyond a limit', () => {
  test('waits in its row and in a delayed message, and no attempt is counted', async () => {
    const subscription = await limited();
    const messages = Array.from({ length: 3 }, () => deployment.messageFor(subscription));

    expect(await deliver(...messages)).toEqual(acknowledged);

    expect(receiver.callbacks).toHaveLength(2);
    const rows = await Promise.all(messages.map((message) => deployment.deliveries.findDelivery(message)));
    expect(rows.map((row) => row?.state)).toEqual(['delivered', 'delivered', 'waiting']);
    // The turn half a second on, and the margin of a minute in which the message is to arrive.
    expect(rows[2]).toMatchObject({
      attemptCount: 0,
      version: 1,
      limit: 'subscription',
      dueAt: secondsFromNow(60.5),
    });
    expect(deployment.queues.delayedIn('retries')).toHaveLength(1);
    expect(deployment.messagesIn('retries')).toMatchObject([
      { version: 1, turn: { at: secondsFromNow(0.5), passed: [expect.stringMatching(/^subscription /)] } },
    ]);
    expect(deployment.telemetry.counts).toMatchObject({ DeliveriesPostponed: 1, AttemptsSucceeded: 2 });
  });

  test('is made when its turn has come, though the limit is still full', async () => {
    const subscription = await limited();
    const messages = Array.from({ length: 6 }, () => deployment.messageFor(subscription));
    await deliver(...messages);
    const [first] = deployment.messagesIn('retries').toSorted(byTurn);
    deployment.clock.advance(1_000);

    await deliver(first && { ...first, body: '{}' });

    expect(receiver.callbacks).toHaveLength(3);
  });

  test('keeps its turn while the retry queue is late', async () => {
    const subscription = await limited({ rateLimit: { calls: 1, perSeconds: 1 } });
    await deliver(...Array.from({ length: 2 }, () => deployment.messageFor(subscription)));
    const [late] = deployment.messagesIn('retries');
    deployment.clock.advance(50_000);

    await deliver(late && { ...late, body: '{}' });

    expect(receiver.callbacks).toHaveLength(2);
  });

  test('has passed no limit of another host to which its subscription has moved', async () => {
    const subscription = await limited({ rateLimit: { calls: 1, perSeconds: 1 } });
    await deliver(...Array.from({ length: 2 }, () => deployment.messageFor(subscription)));
    const [waiting] = deployment.messagesIn('retries');
    const passed = waiting?.turn?.passed.map((bucket) => bucket.replace(subscription.id, 'another'));

    deployment.clock.advance(1_000);
    const turn = { at: waiting?.turn?.at ?? '', passed: passed ?? [] };
    await deliver(waiting && { ...waiting, body: '{}', turn });

    expect(receiver.callbacks).toHaveLength(1);
    expect(deployment.messagesIn('retries').map(({ turn: given }) => given?.at)).toContain(secondsFromNow(1));
  });

  test('is made after one turn, or two, on a retry queue that stays behind the sweeper', async () => {
    const subscription = await limited({ rateLimit: { calls: 1, perSeconds: 1 } });
    const messages = await Promise.all(Array.from({ length: 30 }, () => storedMessageFor(subscription)));
    const startMs = deployment.clock.now().getTime();
    await deliver(...messages);

    await runLate(90_000, 600);

    expect(new Set(receiver.callbacks.map(({ headers }) => headers['webhook-id'])).size).toBe(30);
    expect(receiver.callbacks).toHaveLength(30);
    // Thirty tokens of a second each, and no more.
    expect(await nextTokenMs(subscription)).toBe(startMs + 30_000);
  });

  test('is no part of a flood when a retry queue has stood still, and waits no third time', async () => {
    const subscription = await limited({ rateLimit: { calls: 1, perSeconds: 1 } });
    await deliver(...(await Promise.all(Array.from({ length: 6 }, () => storedMessageFor(subscription)))));
    const heldUp = takeRetries();
    deployment.clock.advance(3_600_000);

    await deliver(...heldUp);

    expect(receiver.callbacks).toHaveLength(2);
    const heldUpAgain = takeRetries();
    expect(heldUpAgain.toSorted(byTurn).map(({ turn }) => turn?.at)).toEqual(
      [1, 2, 3, 4].map((seconds) => secondsFromNow(seconds)),
    );
    // It has its place among those that are late; whoever comes in time has the limit to himself.
    await deliver(deployment.messageFor(subscription));
    expect(receiver.callbacks).toHaveLength(3);
    deployment.clock.advance(3_600_000);
    await deliver(...heldUpAgain);
    expect(receiver.callbacks).toHaveLength(7);
  });

  test('keeps its turn when its message is lost, and the sweeper sends another', async () => {
    const subscription = await limited({ rateLimit: { calls: 1, perSeconds: 1 } });
    await deliver(...(await Promise.all(Array.from({ length: 2 }, () => storedMessageFor(subscription)))));
    const [lost] = takeRetries();
    deployment.clock.advance(61_000);

    await deployment.sweep();

    expect(takeRetries()).toEqual([{ ...lost, version: 2 }]);
  });

  test('makes one call with its turn, and a new one after a failure', async () => {
    const subscription = await limited({ rateLimit: { calls: 1, perSeconds: 1 } });
    await deliver(...(await Promise.all(Array.from({ length: 2 }, () => storedMessageFor(subscription)))));
    const [waiting] = takeRetries();
    deployment.clock.advance(1_000);
    receiver.respond((response) => void response.writeHead(500).end());

    await deliver(waiting);
    await deliver(waiting);

    expect(receiver.callbacks).toHaveLength(2);
    expect(takeRetries()).toEqual([{ ...waiting, version: 3, turn: undefined }]);
  });

  test('heeds a turn that stands in its message alone, as an older version sends it', async () => {
    const subscription = await limited({ rateLimit: { calls: 1, perSeconds: 1 } });
    await deliver(...(await Promise.all(Array.from({ length: 2 }, () => storedMessageFor(subscription)))));
    const [waiting] = takeRetries();
    const row = waiting && (await deployment.deliveries.findDelivery(waiting));
    if (row?.state !== 'waiting') throw new Error('nothing waits');
    const { turn: _, ...older } = row;
    await deployment.deliveries.replaceDelivery(row, older);
    deployment.clock.advance(500);

    await deliver(waiting);

    expect(receiver.callbacks).toHaveLength(2);
  });

  test('asks for a turn when neither its row nor its message has one, as an older version leaves them', async () => {
    const subscription = await limited({ rateLimit: { calls: 1, perSeconds: 1 } });
    await deliver(...(await Promise.all(Array.from({ length: 2 }, () => storedMessageFor(subscription)))));
    const [waiting] = takeRetries();

    await deliver(waiting && { ...waiting, turn: undefined });

    expect(receiver.callbacks).toHaveLength(1);
    expect(takeRetries()).toMatchObject([{ version: 3, turn: { at: secondsFromNow(2) } }]);
  });

  test('keeps what it has passed when a wider limit has no turn left', async () => {
    const subscription = await limited({ rateLimit: { calls: 1, perSeconds: 1 }, receiver: {} });
    receiver.respond((response) => void response.writeHead(500).end());
    await deliver(...(await Promise.all(Array.from({ length: 2 }, () => storedMessageFor(subscription)))));
    const waiting = takeRetries().find(({ turn }) => turn);
    const [, atHost] = callbackLimits(subscription, deliverySettings, nothingKnown);
    deployment.clock.advance(1_000);
    if (atHost) await createTokenStore(deployment.table).reserveTokens(atHost, 901, deployment.clock.now());

    await deliver(waiting);

    expect(waiting && (await deployment.deliveries.findDelivery(waiting))).toMatchObject({
      state: 'waiting',
      dueAt: secondsFromNow(900 * 1.5),
      turn: waiting?.turn,
    });
  });

  test('waits for the sweeper alone when its limit is full, and not all for one moment', async () => {
    const subscription = await limited({ rateLimit: { calls: 1, perSeconds: 1 } });
    const [limit] = callbackLimits(subscription, deliverySettings, nothingKnown);
    if (limit) await createTokenStore(deployment.table).reserveTokens(limit, 901, deployment.clock.now());
    const message = deployment.messageFor(subscription);

    await deliver(message);

    // Between one and two quarters of an hour, by chance: here by half of it.
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'waiting',
      dueAt: secondsFromNow(900 * 1.5),
    });
    expect(deployment.messagesIn('retries')).toEqual([]);
    expect(deployment.telemetry.named('delivery.attempted').at(-1)).toMatchObject({
      fields: { end: 'postponed', limit: 'subscription', waitMs: 1_350_000 },
    });
  });

  test('is lost by no fault of the queue: its row is due', async () => {
    const subscription = await limited({ rateLimit: { calls: 1, perSeconds: 1 } });
    const messages = Array.from({ length: 2 }, () => deployment.messageFor(subscription));
    deployment.wire.sqs.intercept(async () => internalFailure);

    await deliver(...messages);

    const rows = await Promise.all(messages.map((message) => deployment.deliveries.findDelivery(message)));
    expect(rows.filter((row) => row && isOpen(row))).toHaveLength(1);
  });

  test('is left to SQS when the limits cannot be read', async () => {
    const subscription = await limited();
    const message = deployment.messageFor(subscription);
    deployment.wire.table.intercept(async (call) =>
      call.operation === 'UpdateItem' ? internalFailure : call.forward(),
    );

    expect((await deliver(message)).batchItemFailures).toHaveLength(1);
    expect(receiver.callbacks).toEqual([]);
  });

  test('is not overwritten when another has claimed it meanwhile', async () => {
    const subscription = await limited({ rateLimit: { calls: 1, perSeconds: 1 } });
    const [first, second] = [deployment.messageFor(subscription), deployment.messageFor(subscription)];
    await deliver(first);
    const claimed = { ...second, recheck: true };
    deployment.wire.table.intercept(async (call) => {
      if (call.operation === 'UpdateItem') {
        deployment.wire.table.intercept((later) => later.forward());
        await deployment.deliveries.replaceDelivery(undefined, rowOf(second));
      }
      return call.forward();
    });

    await deliver(second);

    expect(await deployment.deliveries.findDelivery(claimed)).toMatchObject({ state: 'claimed' });
    expect(deployment.messagesIn('retries')).toEqual([]);
  });
});

describe('an address that has never answered 2xx', () => {
  test('gets one call a second, shared by all of the account’s subscriptions at that host', async () => {
    const accountId = uniqueId('acc');
    const unproven = { accountId, receiver: {}, rateLimit: undefined };
    const subscriptions = [await limited(unproven), await limited(unproven)];
    receiver.respond((response) => void response.writeHead(500).end());

    await deliver(...subscriptions.map((subscription) => deployment.messageFor(subscription)));

    expect(receiver.callbacks).toHaveLength(1);
    const [waiting] = deployment.messagesIn('retries').filter(({ turn }) => turn);
    expect(waiting?.turn).toEqual({
      at: secondsFromNow(1),
      passed: [expect.stringMatching(/^unproven-address /)],
    });
  });

  test('is held to it no longer once it has', async () => {
    const subscription = await limited({ receiver: {}, rateLimit: undefined });
    await deliver(deployment.messageFor(subscription));

    await deliver(...Array.from({ length: 5 }, () => deployment.messageFor(subscription)));

    expect(receiver.callbacks).toHaveLength(6);
    expect(
      await deployment.subscriptions.findSubscription(subscription.accountId, subscription.id),
    ).toMatchObject({ receiver: { provenAt: deployment.clock.now().toISOString() } });
  });

  test('of one account keeps no other account waiting', async () => {
    const unproven = { receiver: {}, rateLimit: undefined };
    const [one, two] = [await limited(unproven), await limited(unproven)];

    await deliver(deployment.messageFor(one), deployment.messageFor(two));

    expect(receiver.callbacks).toHaveLength(2);
  });
});

test('a flood of one account at a host leaves room for the others there', async () => {
  const [flooding, other] = [
    await limited({ rateLimit: undefined }),
    await limited({ rateLimit: undefined }),
  ];
  const flood = Array.from({ length: 300 }, () => deployment.messageFor(flooding));
  for (let from = 0; from < flood.length; from += 100) await deliver(...flood.slice(from, from + 100));
  const made = receiver.callbacks.length;

  await deliver(...Array.from({ length: 10 }, () => deployment.messageFor(other)));

  // Half of the host's 200 a second, and the one that each sandbox makes without asking.
  expect(made).toBeLessThanOrEqual(101);
  expect(receiver.callbacks).toHaveLength(made + 10);
});

test('deliveries that are within all limits cost no write for it', async () => {
  // All receivers of this file have one address. A minute later it is quiet.
  deployment.clock.advance(60_000);
  const subscription = await limited({ rateLimit: undefined });
  await deliver(deployment.messageFor(subscription));

  const ofLimits = deployment.wire.table.calls.filter(
    ({ input }) => input.Key?.pk.S.startsWith('L#') && !input.Key.pk.S.startsWith('L#places '),
  );
  expect(ofLimits).toEqual([]);
});

describe('the limit of an owner', () => {
  test.each<[how: string, rateLimit: Subscription['rateLimit'], calls: number]>([
    ['lowered', { calls: 1, perSeconds: 60 }, 2],
    ['raised', { calls: 10, perSeconds: 1 }, 3],
    ['removed', undefined, 3],
  ])('is asked anew by what waits once it is %s', async (_, rateLimit, calls) => {
    const subscription = await limited({ rateLimit: { calls: 1, perSeconds: 1 } });
    await deliver(...Array.from({ length: 2 }, () => deployment.messageFor(subscription)));
    const [waiting] = takeRetries();
    await changeLimit(subscription, rateLimit);
    await deliver(deployment.messageFor(subscription));

    await deliver(waiting && { ...waiting, body: '{}' });

    expect(receiver.callbacks).toHaveLength(calls);
  });

  test('gives no turn further ahead than a minute, so that a raised one soon brings all forward', async () => {
    const subscription = await limited({ rateLimit: { calls: 30, perSeconds: 60 } });
    for (let batch = 0; batch < 5; batch += 1)
      await deliver(...Array.from({ length: 10 }, () => deployment.messageFor(subscription)));

    const turns = takeRetries().map(({ turn }) => turn?.at ?? '');
    expect(turns.toSorted().at(-1)).toBe(secondsFromNow(60));
    expect(turns).toHaveLength(30);
  });
});

/** Of an event that is stored: what comes back later reads its body there. */
async function storedMessageFor(subscription: Subscription): Promise<DeliveryMessage> {
  const message = deployment.messageFor(subscription);
  await deployment.events.recordEvent(eventOf(message), [], deployment.clock.now());
  return message;
}

function takeRetries(): DeliveryMessage[] {
  const messages = deployment.messagesIn('retries');
  deployment.queues.clear();
  return messages;
}

/** The retry queue for so many seconds, each message later than its delay; the sweeper once a minute. */
async function runLate(lateMs: number, seconds: number): Promise<void> {
  const inFlight: { readonly atMs: number; readonly message: DeliveryMessage }[] = [];
  for (let second = 0; second < seconds; second += 5) {
    if (second % 60 === 0) await deployment.sweep();
    const nowMs = deployment.clock.now().getTime();
    for (const { body, delaySeconds } of [
      ...deployment.queues.messagesIn('retries'),
      ...deployment.queues.delayedIn('retries'),
    ]) {
      const message = deliveryMessageSchema.parse(JSON.parse(body));
      inFlight.push({ atMs: nowMs + delaySeconds * 1_000 + lateMs, message });
    }
    deployment.queues.clear();
    deployment.clock.advance(5_000);
    const arrived = inFlight.filter(({ atMs }) => atMs <= nowMs + 5_000);
    for (const each of arrived) inFlight.splice(inFlight.indexOf(each), 1);
    if (arrived.length > 0) await deliver(...arrived.map(({ message }) => message));
  }
}

/** From when on the next token of the subscription's own limit is good. */
async function nextTokenMs(subscription: Subscription): Promise<unknown> {
  const [limit] = callbackLimits(subscription, deliverySettings, nothingKnown);
  const { client, tableName } = deployment.table;
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: bucketKey(limit?.bucket ?? '') }),
  );
  return Item?.['nextTokenMs'];
}

function byTurn(a: DeliveryMessage, b: DeliveryMessage): number {
  return (a.turn?.at ?? '').localeCompare(b.turn?.at ?? '');
}

function rowOf(message: DeliveryMessage) {
  const { accountId, subscriptionId, eventId, eventType, acceptedAt } = message;
  const updatedAt = deployment.clock.now().toISOString();
  return {
    accountId,
    subscriptionId,
    eventId,
    eventType,
    acceptedAt,
    state: 'claimed' as const,
    version: 1,
    attemptCount: 0,
    updatedAt,
    dueAt: secondsFromNow(60),
  };
}
