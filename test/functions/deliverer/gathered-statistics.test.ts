import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { internalFailure, type WireCall } from '../../../bench/wire-proxy.ts';
import type { DeliveryMessage } from '../../../core/deliveries/delivery.ts';
import { hoursTouched } from '../../../core/deliveries/statistics.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { gatherStatistics } from '../../../functions/deliverer/gathered-statistics.ts';
import { attempt, deliveryRef, sqsRecord } from '../../support/builders.ts';
import type { Deployment } from '../../support/deployment.ts';
import type { Receiver } from '../../support/receiver.ts';
import { prepareDeployment } from '../../support/suite.ts';

let deployment: Deployment;
let receiver: Receiver;
prepareDeployment((suite) => {
  ({ deployment, receiver } = suite);
});

const acknowledged = { batchItemFailures: [] };
const hourMs = 3_600_000;

function deliver(...messages: DeliveryMessage[]) {
  return deployment.deliver(
    ...messages.map((message) => sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message))),
  );
}

async function subscribe(overrides: Partial<Subscription> = {}): Promise<Subscription> {
  return (await deployment.subscribe({ url: receiver.url, ...overrides })).subscription;
}

interface PutRequest {
  readonly PutRequest: { readonly Item: { readonly pk: { S: string }; readonly sk: { S: string } } };
}

function putsOf({ operation, input }: Pick<WireCall, 'operation' | 'input'>): PutRequest[] {
  return operation === 'BatchWriteItem' ? Object.values<PutRequest[]>(input.RequestItems).flat() : [];
}

function statisticsIn(call: Pick<WireCall, 'operation' | 'input'>): PutRequest[] {
  return putsOf(call).filter(({ PutRequest: { Item } }) => Item.sk.S.startsWith('H#'));
}

/** The parts of statistics that were written since the last reset of the proxy. */
function statisticsWrites(): PutRequest[] {
  return deployment.wire.table.calls.flatMap(statisticsIn);
}

/** Of the last two hours. */
function statisticsOf({ accountId, id: subscriptionId }: Subscription) {
  const now = deployment.clock.now();
  const range = hoursTouched(new Date(now.getTime() - hourMs), new Date(now.getTime() + 1));
  return deployment.statistics.listStatistics({ accountId, subscriptionId }, range);
}

function messagesFor(subscription: Subscription, count: number): DeliveryMessage[] {
  return Array.from({ length: count }, () => deployment.messageFor(subscription));
}

async function deliveredOf(subscription: Subscription): Promise<number> {
  const hours = await statisticsOf(subscription);
  return hours.reduce((sum, { tally }) => sum + tally.delivered, 0);
}

describe('a batch', () => {
  test('writes the statistics of all its subscriptions with its results, in one request', async () => {
    const [one, other] = [await subscribe(), await subscribe()];
    const messages = [one, other, one, one, other, one, one, one, other, one].map((to) =>
      deployment.messageFor(to),
    );

    const records = messages.map((message) =>
      sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)),
    );
    // However long the ten calls take on a busy machine.
    const deliverTogether = deployment.delivererWith({ recordWithinMs: 60_000 });
    expect(await deliverTogether(...records)).toEqual(acknowledged);

    expect(deployment.wire.table.calls.filter((call) => putsOf(call).length > 0)).toHaveLength(1);
    expect(statisticsWrites()).toHaveLength(2);
    expect(await statisticsOf(one)).toMatchObject([{ tally: { delivered: 7, failedAttempts: 0 } }]);
    expect(await statisticsOf(other)).toMatchObject([{ tally: { delivered: 3, failedAttempts: 0 } }]);
  });

  test('counts attempts that failed; a delivery that was parked by one has not ended', async () => {
    const subscription = await subscribe();
    const messages = [204, 500, 410].map((status) =>
      deployment.messageFor(subscription, { body: JSON.stringify({ status }) }),
    );
    receiver.respond((response, { body }) => void response.writeHead(JSON.parse(body).status).end());

    await deliver(...messages);

    const [hour] = await statisticsOf(subscription);
    expect(hour?.tally).toMatchObject({ delivered: 1, failedAttempts: 2, failed: 0 });
    expect(hour?.tally.answeredByLatency.reduce((sum, count) => sum + count)).toBe(3);
  });

  test('counts a call without an answer as failed, and has no latency for it', async () => {
    const subscription = await subscribe();
    receiver.respond((response) => response.destroy());

    await deliver(deployment.messageFor(subscription));

    const [hour] = await statisticsOf(subscription);
    expect(hour?.tally).toMatchObject({ delivered: 0, failedAttempts: 1, answeredMs: 0 });
    expect(hour?.tally.answeredByLatency.some((count) => count > 0)).toBe(false);
  });

  test('counts a message that is in it twice as the one call that it is', async () => {
    const subscription = await subscribe();
    const message = deployment.messageFor(subscription);

    await deliver(message, message);

    expect(await statisticsOf(subscription)).toMatchObject([{ tally: { delivered: 1 } }]);
  });

  test('counts an attempt for the hour in which it ends', async () => {
    const subscription = await subscribe();
    receiver.respond((response) => {
      deployment.clock.advance(hourMs);
      response.writeHead(204).end();
    });

    await deliver(deployment.messageFor(subscription));

    expect(statisticsWrites()).toHaveLength(1);
    const ended = deployment.clock.now().toISOString().slice(0, 'YYYY-MM-DDTHH'.length);
    expect(await statisticsOf(subscription)).toMatchObject([{ hour: `${ended}:00:00.000Z` }]);
  });

  test('without an attempt writes none', async () => {
    const disabled = await subscribe({ status: 'disabled' });

    const result = await deployment.deliver(
      sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(deployment.messageFor(disabled))),
      sqsRecord(deployment.deliveryQueue.arn, 'poison'),
    );

    expect(result).toEqual(acknowledged);
    expect(statisticsWrites()).toEqual([]);
  });
});

describe('while batches are full,', () => {
  test('a part is written at once, and then once in five seconds', async () => {
    const subscription = await subscribe();
    const counts: number[] = [];
    for (const waitMs of [0, 0, 4_999, 1]) {
      deployment.clock.advance(waitMs);
      await deliver(...messagesFor(subscription, 10));
      counts.push(await deliveredOf(subscription));
    }

    expect(counts).toEqual([10, 10, 10, 40]);
    // The same part each time.
    expect(new Set(statisticsWrites().map(({ PutRequest: { Item } }) => Item.sk.S)).size).toBe(1);
  });

  test('what is held is written with the next batch that has room left, whatever it delivers', async () => {
    const [busy, quiet] = [await subscribe(), await subscribe()];
    await deliver(...messagesFor(busy, 10));
    await deliver(...messagesFor(busy, 10));
    expect(await deliveredOf(busy)).toBe(10);

    await deliver(deployment.messageFor(quiet));

    expect(await deliveredOf(busy)).toBe(20);
    expect(await deliveredOf(quiet)).toBe(1);
  });

  test('each hour has a part of its own', async () => {
    const subscription = await subscribe();
    await deliver(...messagesFor(subscription, 10));
    await deliver(...messagesFor(subscription, 10));
    deployment.clock.advance(hourMs);
    await deliver(...messagesFor(subscription, 9));

    expect(await statisticsOf(subscription)).toMatchObject([
      { tally: { delivered: 20 } },
      { tally: { delivered: 9 } },
    ]);
  });

  test('two sandboxes add up', async () => {
    const subscription = await subscribe();
    const records = messagesFor(subscription, 2).map((message) =>
      sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)),
    );
    for (const record of records) await deployment.delivererWith({})(record);

    expect(await statisticsOf(subscription)).toMatchObject([{ tally: { delivered: 2 } }]);
    expect(statisticsWrites()).toHaveLength(2);
  });
});

test('no more than a thousand parts wait to be written', () => {
  const gathered = gatherStatistics({ now: () => new Date(0), randomBytes });
  const count = (index: number) =>
    gathered.count(deliveryRef({ subscriptionId: `sub_${index}` }), attempt(), { kind: 'delivered' });
  const countAll = (many: number) => Array.from({ length: many }, (_, index) => count(index));

  countAll(1_000);
  expect(gathered.take(10)).toHaveLength(1_000);
  countAll(999);
  expect(gathered.take(10)).toEqual([]);
  count(999);
  expect(gathered.take(10)).toHaveLength(1_000);
});

describe('statistics that cannot be written', () => {
  test('with results come again with the next batch, and are not missing in the end', async () => {
    const subscription = await subscribe();
    let isBroken = true;
    deployment.wire.table.intercept(async (call) =>
      isBroken && putsOf(call).length > 0 ? internalFailure : call.forward(),
    );
    const [message] = messagesFor(subscription, 1) as [DeliveryMessage];

    expect(await deliver(message)).not.toEqual(acknowledged);
    isBroken = false;
    await deliver(deployment.messageFor(subscription));

    // The call whose result was not written is repeated, and counts each time.
    expect(await deliveredOf(subscription)).toBe(2);
  });

  test('in a request of their own, beside those with results, fail no result', async () => {
    const busy = await Promise.all(Array.from({ length: 10 }, () => subscribe()));
    const quiet = await Promise.all(Array.from({ length: 9 }, () => subscribe()));
    const messages = (to: Subscription[]) => to.map((each) => deployment.messageFor(each));
    await deliver(...messages(busy));
    await deliver(...messages(busy));
    let isBroken = true;
    deployment.wire.table.intercept(async (call) => {
      const puts = putsOf(call).length;
      return isBroken && puts > 0 && statisticsIn(call).length === puts ? internalFailure : call.forward();
    });

    // With what is held, 28 items, of which a request takes 25.
    expect(await deliver(...messages(quiet))).toEqual(acknowledged);

    expect(deployment.telemetry.named('delivery.unrecorded')).toEqual([]);
    expect(deployment.telemetry.named('statistics.unwritten')).toMatchObject([{ level: 'warn' }]);
    isBroken = false;
    await deliver(deployment.messageFor(quiet[0] as Subscription));
    expect(await Promise.all(busy.map(deliveredOf))).toEqual(busy.map(() => 2));
    expect(await Promise.all(quiet.map(deliveredOf))).toEqual(quiet.map((_, index) => (index === 0 ? 2 : 1)));
  });

  test('alone fail no record and wake nobody up', async () => {
    const subscription = await subscribe();
    const message = deployment.messageFor(subscription);
    receiver.respond((response) => response.writeHead(500).end());
    deployment.wire.table.intercept(async (call) =>
      statisticsIn(call).length > 0 ? internalFailure : call.forward(),
    );

    expect(await deliver(message)).toEqual(acknowledged);

    expect((await deployment.deliveries.findDelivery(message))?.state).toBe('waiting');
    expect(deployment.messagesIn('retries')).toHaveLength(1);
    expect(deployment.telemetry.named('statistics.unwritten')).toMatchObject([{ level: 'warn' }]);
    expect(deployment.telemetry.named('delivery.unrecorded')).toEqual([]);
  });
});
