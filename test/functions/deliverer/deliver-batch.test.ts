import { describe, expect, test } from '@jest/globals';
import { internalFailure } from '../../../bench/wire-proxy.ts';
import type { DeliveryMessage } from '../../../core/deliveries/delivery.ts';
import { eventOf, sqsRecord } from '../../support/builders.ts';
import type { Deployment } from '../../support/deployment.ts';
import { type Receiver, startReceiver, verifyCallback } from '../../support/receiver.ts';
import { prepareDeployment } from '../../support/suite.ts';

let deployment: Deployment;
let receiver: Receiver;
prepareDeployment((suite) => {
  ({ deployment, receiver } = suite);
});

const acknowledged = { batchItemFailures: [] };

interface WrittenItem {
  readonly PutRequest: { readonly Item: { readonly eventId?: { readonly S: string } } };
}

function record(message: DeliveryMessage, receiveCount = 1) {
  return sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message), { receiveCount });
}

/** Received for the first time, as SQS counts, so long after it was sent. */
function lateRecord(message: DeliveryMessage, ageMs: number) {
  const sentAt = new Date(deployment.clock.now().getTime() - ageMs);
  return sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message), { sentAt });
}

describe('a first message that is handed out late', () => {
  test('is not called again when its delivery was made', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const message = deployment.messageFor(subscription);
    await deployment.deliver(record(message));

    expect(await deployment.deliver(lateRecord(message, 61_000))).toEqual(acknowledged);

    expect(receiver.callbacks).toHaveLength(1);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({ version: 1, attemptCount: 1 });
  });

  test('is void when its delivery waits for another attempt', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    receiver.respond((response) => void response.writeHead(500).end());
    const message = deployment.messageFor(subscription);
    await deployment.deliver(record(message));

    await deployment.deliver(lateRecord(message, 61_000));

    expect(receiver.callbacks).toHaveLength(1);
    expect(deployment.messagesIn('retries')).toHaveLength(1);
  });

  test.each([
    ['costs a read of its row more, and no write', 61_000, 1],
    ['costs nothing more while it is not late', 60_000, 0],
  ])('and was not worked on %s', async (_, ageMs, readsOfRow) => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    deployment.wire.table.reset();

    await deployment.deliver(lateRecord(deployment.messageFor(subscription), ageMs));

    expect(receiver.callbacks).toHaveLength(1);
    const { calls } = deployment.wire.table;
    expect(calls.filter(({ input }) => input.Key?.sk.S.startsWith('D#'))).toHaveLength(readsOfRow);
    // Places and limits are shared.
    const writes = calls.filter(
      ({ operation, input }) => operation !== 'GetItem' && !input.Key?.pk.S.startsWith('L#'),
    );
    expect(writes.map(({ operation }) => operation)).toEqual(['BatchWriteItem']);
  });
});

describe('a batch', () => {
  test('of ten is ten verified callbacks and one write', async () => {
    const { subscription, secret } = await deployment.subscribe({ url: receiver.url });
    const messages = Array.from({ length: 10 }, () => deployment.messageFor(subscription));

    // However long the ten calls take on a busy machine.
    const deliver = deployment.delivererWith({ recordWithinMs: 60_000 });
    expect(await deliver(...messages.map((message) => record(message)))).toEqual(acknowledged);

    expect(receiver.callbacks.map(({ headers }) => headers['webhook-id'] ?? '').toSorted()).toEqual(
      messages.map(({ eventId }) => eventId).toSorted(),
    );
    for (const callback of receiver.callbacks)
      expect(verifyCallback(callback, secret)).toEqual({ data: 'ação' });
    const writes = deployment.wire.table.calls.filter(({ operation }) => operation === 'BatchWriteItem');
    expect(writes).toHaveLength(1);
    const rows = await Promise.all(messages.map((message) => deployment.deliveries.findDelivery(message)));
    expect(rows.map((row) => row?.state)).toEqual(messages.map(() => 'delivered'));
  });

  test('writes a success while a neighbour is still being called', async () => {
    const slow = await startReceiver();
    const [quick, hanging] = [
      (await deployment.subscribe({ url: receiver.url })).subscription,
      (await deployment.subscribe({ url: slow.url })).subscription,
    ];
    // The slow receiver answers only once the other's result is on its way to the table.
    const written = new Promise<void>((resolve) => {
      deployment.wire.table.intercept((call) => {
        if (call.operation === 'BatchWriteItem') resolve();
        return call.forward();
      });
    });
    slow.respond((response) => void written.then(() => response.writeHead(204).end()));
    const messages = [deployment.messageFor(quick), deployment.messageFor(hanging)];

    expect(await deployment.deliver(...messages.map((message) => record(message)))).toEqual(acknowledged);

    const rows = await Promise.all(messages.map((message) => deployment.deliveries.findDelivery(message)));
    expect(rows.map((row) => row?.state)).toEqual(['delivered', 'delivered']);
    await slow.close();
  });

  test('reads its account and its subscription as they are, not as they were', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    deployment.wire.table.calls.length = 0;
    await deployment.deliver(record(deployment.messageFor(subscription)));

    const reads = deployment.wire.table.calls.filter(({ operation }) => operation === 'GetItem');
    // The subscription for a probe; stage, account and subscription before the call is prepared, and right before it is made; the
    // subscription to learn.
    expect(reads.map(({ input }) => input.ConsistentRead)).toEqual(Array.from({ length: 8 }, () => true));
  });

  test('with the same message twice makes one call and acknowledges both', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const message = deployment.messageFor(subscription);

    expect(await deployment.deliver(record(message), record(message, 2))).toEqual(acknowledged);

    expect(receiver.callbacks).toHaveLength(1);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'delivered',
      attemptCount: 1,
    });
  });

  test('with a void message of a delivery and its valid one heeds the valid one', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const message = deployment.messageFor(subscription);
    await deployment.events.recordEvent(eventOf(message), [], deployment.clock.now());
    receiver.respond((response) => void response.writeHead(500).end());
    await deployment.deliver(record(message));
    const [retry] = deployment.messagesIn('retries');
    if (!retry) throw new Error('no retry was sent');
    receiver.respond((response) => void response.writeHead(204).end());

    expect(await deployment.deliver(record(message, 2), record(retry))).toEqual(acknowledged);

    expect(receiver.callbacks).toHaveLength(2);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'delivered',
      attemptCount: 2,
    });
  });

  test('with the same message twice fails both if its result could not be written', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const message = deployment.messageFor(subscription);
    const records = [record(message), record(message)];
    deployment.wire.table.intercept((call) =>
      call.operation === 'BatchWriteItem' ? Promise.resolve(internalFailure) : call.forward(),
    );

    const { batchItemFailures } = await deployment.deliver(...records);

    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).toSorted()).toEqual(
      records.map(({ messageId }) => messageId).toSorted(),
    );
  });

  test('makes one call for each subscription of an event', async () => {
    const { subscription: first } = await deployment.subscribe({ url: receiver.url });
    const { subscription: second } = await deployment.subscribe({
      url: receiver.url,
      accountId: first.accountId,
    });
    const eventId = 'evt_shared';

    await deployment.deliver(
      record(deployment.messageFor(first, { eventId })),
      record(deployment.messageFor(second, { eventId })),
    );

    expect(receiver.callbacks.map(({ headers }) => headers['webhook-id'])).toEqual([eventId, eventId]);
  });

  test('keeps a bad subscriber’s failure from its neighbours', async () => {
    const failing = await startReceiver();
    failing.respond((response) => void response.writeHead(500).end());
    const { subscription: bad } = await deployment.subscribe({ url: failing.url });
    const { subscription: good } = await deployment.subscribe({ url: receiver.url });
    const messages = [bad, good, bad].map((to) => deployment.messageFor(to));

    const result = await deployment.deliver(...messages.map((message) => record(message)));
    await failing.close();

    expect(result).toEqual(acknowledged);
    expect(receiver.callbacks).toHaveLength(1);
    expect(deployment.messagesIn('retries')).toHaveLength(2);
    expect(deployment.telemetry.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('an exception on item 3 of 10 costs item 3', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const messages = Array.from({ length: 10 }, (_, index) =>
      deployment.messageFor(subscription, index === 2 ? { body: undefined } : {}),
    );
    const records = messages.map((message) => record(message));
    // The third needs its body read.
    deployment.wire.table.intercept(async (call) =>
      call.operation === 'GetItem' && JSON.stringify(call.input).includes(`#E#${messages[2]?.eventId}"`)
        ? internalFailure
        : call.forward(),
    );

    const result = await deployment.deliver(...records);

    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: records[2]?.messageId }] });
    expect(receiver.callbacks).toHaveLength(9);
  });

  test('a result that stayed unprocessed fails its record alone', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const messages = [deployment.messageFor(subscription), deployment.messageFor(subscription)];
    const records = messages.map((message) => record(message));
    const isSecond = (request: WrittenItem) => request.PutRequest.Item.eventId?.S === messages[1]?.eventId;
    deployment.wire.table.intercept(async (call) => {
      if (call.operation !== 'BatchWriteItem') return call.forward();
      const table = deployment.table.tableName;
      const requests: WrittenItem[] = call.input.RequestItems[table];
      const taken = requests.filter((request) => !isSecond(request));
      if (taken.length > 0) await call.forward({ RequestItems: { [table]: taken } });
      return { status: 200, body: { UnprocessedItems: { [table]: requests.filter(isSecond) } } };
    });

    const result = await deployment.deliver(...records);

    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: records[1]?.messageId }] });
  });
});

describe('a message that can never be read', () => {
  test.each([
    ['is not JSON', 'poison'],
    ['is no delivery', '{"accountId":"acc_1"}'],
    ['is null', 'null'],
    ['leaves no room for its explanation', 'x'.repeat(1_048_576 - 'reasonStringnot-a-delivery'.length)],
  ])(
    '%s: it goes where its own queue’s redrive policy points, and costs no other message',
    async (_, poison) => {
      const { subscription } = await deployment.subscribe({ url: receiver.url });

      const result = await deployment.deliver(
        sqsRecord(deployment.retryQueue.arn, poison),
        record(deployment.messageFor(subscription)),
      );

      expect(result).toEqual(acknowledged);
      expect(receiver.callbacks).toHaveLength(1);
      expect(deployment.queues.messagesIn('retries-dlq')).toMatchObject([
        { body: poison, attributes: { reason: 'not-a-delivery' } },
      ]);
      expect(deployment.queues.messagesIn('deliveries-dlq')).toEqual([]);
      expect(deployment.telemetry.named('delivery.rejected')).toMatchObject([{ level: 'error' }]);
    },
  );

  test('fails its record if SQS does not take it: nothing is lost', async () => {
    deployment.wire.sqs.intercept(async () => internalFailure);
    const poison = sqsRecord(deployment.deliveryQueue.arn, 'poison');

    expect(await deployment.deliver(poison)).toEqual({
      batchItemFailures: [{ itemIdentifier: poison.messageId }],
    });
  });
});
