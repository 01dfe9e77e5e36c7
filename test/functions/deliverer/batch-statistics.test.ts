import { describe, expect, test } from '@jest/globals';
import type { DeliveryMessage } from '../../../core/deliveries/delivery.ts';
import { hoursTouched } from '../../../core/deliveries/statistics.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { sqsRecord } from '../../support/builders.ts';
import type { Deployment } from '../../support/deployment.ts';
import type { Receiver } from '../../support/receiver.ts';
import { prepareDeployment } from '../../support/suite.ts';
import { internalFailure, type WireCall } from '../../support/wire-proxy.ts';

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

function isStatistics({ operation, input }: Pick<WireCall, 'operation' | 'input'>): boolean {
  return operation === 'UpdateItem' && input.Key.sk.S.startsWith('H#');
}

function statisticsWrites() {
  return deployment.wire.table.calls.filter(isStatistics);
}

/** Of the last two hours. */
function statisticsOf({ accountId, id: subscriptionId }: Subscription) {
  const now = deployment.clock.now();
  const range = hoursTouched(new Date(now.getTime() - hourMs), new Date(now.getTime() + 1));
  return deployment.statistics.listStatistics({ accountId, subscriptionId }, range);
}

describe('a batch', () => {
  test('of ten for two subscriptions makes one write for each of them', async () => {
    const [one, other] = [await subscribe(), await subscribe()];
    const messages = [one, other, one, one, other, one, one, one, other, one].map((to) =>
      deployment.messageFor(to),
    );

    expect(await deliver(...messages)).toEqual(acknowledged);

    expect(statisticsWrites()).toHaveLength(2);
    expect(await statisticsOf(one)).toMatchObject([{ tally: { delivered: 7, failedAttempts: 0 } }]);
    expect(await statisticsOf(other)).toMatchObject([{ tally: { delivered: 3, failedAttempts: 0 } }]);
  });

  test('counts attempts that failed, and the deliveries that ended with them', async () => {
    const subscription = await subscribe();
    const messages = [204, 500, 410].map((status) =>
      deployment.messageFor(subscription, { body: JSON.stringify({ status }) }),
    );
    receiver.respond((response, { body }) => void response.writeHead(JSON.parse(body).status).end());

    await deliver(...messages);

    const [hour] = await statisticsOf(subscription);
    expect(hour?.tally).toMatchObject({ delivered: 1, failedAttempts: 2, failed: 1 });
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

  test('that lasts beyond the hour belongs to the hour in which it ends, in one write', async () => {
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

describe('statistics that cannot be written', () => {
  test('fail no record, lose no delivery, and wake nobody up', async () => {
    const subscription = await subscribe();
    const messages = [204, 500].map((status) =>
      deployment.messageFor(subscription, { body: JSON.stringify({ status }) }),
    );
    receiver.respond((response, { body }) => void response.writeHead(JSON.parse(body).status).end());
    deployment.wire.table.intercept(async (call) => (isStatistics(call) ? internalFailure : call.forward()));

    expect(await deliver(...messages)).toEqual(acknowledged);

    const rows = await Promise.all(messages.map((message) => deployment.deliveries.findDelivery(message)));
    expect(rows.map((row) => row?.state)).toEqual(['delivered', 'waiting']);
    expect(deployment.messagesIn('retries')).toHaveLength(1);
    const { accountId, id: subscriptionId } = subscription;
    expect(deployment.telemetry.named('statistics.unwritten')).toMatchObject([
      { level: 'warn', fields: { accountId, subscriptionId } },
    ]);
  });

  test('of one subscription are written for the others', async () => {
    const [one, other] = [await subscribe(), await subscribe()];
    const isOfOne = (call: WireCall) => isStatistics(call) && call.input.Key.pk.S.includes(one.id);
    deployment.wire.table.intercept(async (call) => (isOfOne(call) ? internalFailure : call.forward()));

    await deliver(deployment.messageFor(one), deployment.messageFor(other));

    expect(await statisticsOf(one)).toEqual([]);
    expect(await statisticsOf(other)).toMatchObject([{ tally: { delivered: 1 } }]);
  });
});

describe('results and statistics are written side by side:', () => {
  test('no result waits for statistics', async () => {
    const message = deployment.messageFor(await subscribe());
    const recorded = Promise.withResolvers<void>();
    // The table takes the statistics only once it has the result.
    deployment.wire.table.intercept(async (call) => {
      if (isStatistics(call)) await recorded.promise;
      const answer = await call.forward();
      if (call.operation === 'BatchWriteItem') recorded.resolve();
      return answer;
    });

    expect(await deliver(message)).toEqual(acknowledged);
    expect(deployment.telemetry.named('statistics.unwritten')).toEqual([]);
  });

  test('no statistics wait for a result', async () => {
    const message = deployment.messageFor(await subscribe());
    const counted = Promise.withResolvers<void>();
    // The table takes the result only once it has the statistics.
    deployment.wire.table.intercept(async (call) => {
      if (call.operation === 'BatchWriteItem') await counted.promise;
      const answer = await call.forward();
      if (isStatistics(call)) counted.resolve();
      return answer;
    });

    expect(await deliver(message)).toEqual(acknowledged);
    expect(statisticsWrites()).toHaveLength(1);
  });
});
