import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { deliveryKey } from '../../../adapters/dynamo-keys.ts';
import { createRetryQueue } from '../../../adapters/sqs-retry-queue.ts';
import { internalFailure, type WireAnswer, type WireCall } from '../../../bench/wire-proxy.ts';
import {
  type Delivery,
  type DeliveryMessage,
  refOf,
  type WaitingDelivery,
} from '../../../core/deliveries/delivery.ts';
import { eventTypeSchema } from '../../../core/events/event-catalog.ts';
import {
  cancelledDelivery,
  claimedDelivery,
  deliveredDelivery,
  exhaustedDelivery,
  sqsRecord,
  uniqueId,
  waitingDelivery,
} from '../../support/builders.ts';
import { type Deployment, startDeployment } from '../../support/deployment.ts';
import { connectSqsAt } from '../../support/engines.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';

const leaseMs = 300_000;
const acknowledged = { batchItemFailures: [] };
const throttled: WireAnswer = {
  status: 400,
  body: { __type: 'ProvisionedThroughputExceededException', message: 'too many writes' },
};

let deployment: Deployment;
let sqs: ReturnType<typeof connectSqsAt>;
let receiver: Receiver;
let sweep: ReturnType<Deployment['sweeperWith']>;
let deliverUnlimited: Deployment['deliver'];
beforeAll(async () => {
  deployment = await startDeployment();
  // A limit that all tests share would be used up at later times than theirs.
  deliverUnlimited = deployment.delivererWith({ reserveTurns: async () => ({ kind: 'now' }) });
  sqs = connectSqsAt(deployment.wire.sqs.url);
  sweep = deployment.sweeperWith({ retries: createRetryQueue(sqs, deployment.retryQueue.url) });
});
beforeEach(async () => {
  receiver = await startReceiver();
  // A sweep sees the whole table: in each test it is so early that nothing of those before is due.
  deployment.clock.advance(-60 * 86_400_000);
});
afterEach(async () => {
  await receiver.close();
  deployment.reset();
});
afterAll(async () => {
  sqs.destroy();
  await deployment.close();
});

const plentyOfTime = () => 50_000;

function secondsFromNow(seconds: number): string {
  return new Date(deployment.clock.now().getTime() + seconds * 1_000).toISOString();
}

function dueIn(seconds: number, overrides: Partial<WaitingDelivery> = {}): WaitingDelivery {
  return waitingDelivery({ eventId: uniqueId('evt'), dueAt: secondsFromNow(seconds), ...overrides });
}

async function store<Rows extends Delivery[]>(...rows: Rows): Promise<Rows> {
  await Promise.all(rows.map((row) => deployment.deliveries.replaceDelivery(undefined, row)));
  return rows;
}

/** Stores rows as they would be if they all fell into one shard. */
async function storeInShard(dueShard: number, rows: readonly Delivery[]): Promise<void> {
  const { client, tableName } = deployment.table;
  for (let start = 0; start < rows.length; start += 25) {
    const requests = rows
      .slice(start, start + 25)
      .map((row) => ({ PutRequest: { Item: { ...deliveryKey(row), ...row, dueShard } } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [tableName]: requests } }));
  }
}

function sentMessages(): DeliveryMessage[] {
  return deployment.messagesIn('retries');
}

function eventIds(rows: readonly { eventId: string }[]): string[] {
  return rows.map(({ eventId }) => eventId).sort();
}

function isQueryOf(shard: number, { operation, input }: Pick<WireCall, 'operation' | 'input'>): boolean {
  return operation === 'Query' && input.ExpressionAttributeValues[':shard'].N === String(shard);
}

/** Leaves out of a batch what is refused, and says so as SQS does. */
async function refuse(call: WireCall, isRefused: (body: string) => boolean): Promise<WireAnswer> {
  const entries = call.input.Entries as { Id: string; MessageBody: string }[];
  const taken = entries.filter(({ MessageBody }) => !isRefused(MessageBody));
  const { status, body } =
    taken.length > 0
      ? await call.forward({ ...call.input, Entries: taken })
      : { status: 200, body: { Successful: [] } };
  const Failed = entries
    .filter((entry) => !taken.includes(entry))
    .map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false }));
  return { status, body: { ...body, Failed } };
}

describe('a delivery that is due', () => {
  test('goes to the retry queue, at once and under its new version', async () => {
    const [row] = await store(dueIn(-1));

    await sweep(plentyOfTime);

    const { accountId, subscriptionId, eventId, eventType, acceptedAt } = row;
    expect(sentMessages()).toEqual([
      { accountId, subscriptionId, eventId, eventType, acceptedAt, version: 2, recheck: false },
    ]);
    expect(deployment.queues.delayedIn('retries')).toEqual([]);
    expect(await deployment.deliveries.findDelivery(row)).toEqual({
      ...row,
      version: 2,
      sweepCount: 1,
      updatedAt: secondsFromNow(0),
      nextAttemptAt: secondsFromNow(0),
      dueAt: secondsFromNow(leaseMs / 1_000),
    });
    expect(deployment.telemetry.counts).toEqual({ DeliveriesSwept: 1 });
  });

  test('goes there once in a lease, however often it is swept, and again after it', async () => {
    await store(dueIn(-1));

    await sweep(plentyOfTime);
    await sweep(plentyOfTime);
    deployment.clock.advance(leaseMs - 1);
    await sweep(plentyOfTime);
    expect(sentMessages().map(({ version }) => version)).toEqual([2]);

    deployment.clock.advance(1);
    await sweep(plentyOfTime);
    expect(sentMessages().map(({ version }) => version)).toEqual([2, 3]);
  });

  test('is sent once by two sweeps that run at the same time', async () => {
    const rows = await store(...Array.from({ length: 20 }, () => dueIn(-1)));

    await Promise.all([sweep(plentyOfTime), sweep(plentyOfTime)]);

    expect(eventIds(sentMessages())).toEqual(eventIds(rows));
  });

  test('is attempted by that message, and by no message from before', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const { version: _, ...first } = deployment.messageFor(subscription);
    await deployment.events.recordEvent(
      {
        id: first.eventId,
        accountId: first.accountId,
        type: eventTypeSchema.parse(first.eventType),
        envelopeId: uniqueId('envelope'),
        acceptedAt: first.acceptedAt,
        body: '{"data":"ação"}',
        contentHash: 'hash',
      },
      [],
      deployment.clock.now(),
    );
    receiver.respond((response) => void response.writeHead(500).end());
    await deliver({ ...first, version: 0 });
    const [early] = sentMessages();
    if (!early) throw new Error('no retry was sent');
    deployment.queues.clear();
    deployment.clock.advance(65_000);

    await sweep(plentyOfTime);
    const [swept] = sentMessages();
    if (!swept) throw new Error('nothing was swept');
    receiver.respond((response) => void response.writeHead(204).end());

    expect(await deliver(early)).toEqual(acknowledged);
    expect(receiver.callbacks).toHaveLength(1);
    expect(await deliver(swept)).toEqual(acknowledged);
    expect(await deliver(swept)).toEqual(acknowledged);
    expect(receiver.callbacks).toHaveLength(2);
    expect(await deployment.deliveries.findDelivery(swept)).toMatchObject({
      state: 'delivered',
      attemptCount: 2,
    });
  });
});

function deliver(message: DeliveryMessage, receiveCount = 1) {
  return deliverUnlimited(sqsRecord(deployment.retryQueue.arn, JSON.stringify(message), { receiveCount }));
}

test('each subscription has its own ten messages a second, also within one account', async () => {
  const rows = ['acc_one sub_a', 'acc_one sub_b', 'acc_two sub_a'].flatMap((owner) => {
    const [accountId = '', subscriptionId = ''] = owner.split(' ').map((id) => `${id}_${uniqueId('s')}`);
    return Array.from({ length: 11 }, () => dueIn(-1, { accountId, subscriptionId }));
  });
  await store(...rows);

  await sweep(plentyOfTime);

  const late = deployment.queues.delayedIn('retries').map(({ delaySeconds }) => delaySeconds);
  expect(sentMessages()).toHaveLength(33);
  expect(late).toEqual([1, 1, 1]);
});

describe('is left alone', () => {
  test('what is not due yet, by a millisecond', async () => {
    const [row] = await store(dueIn(0.001), dueIn(3_600));

    await sweep(plentyOfTime);

    expect(sentMessages()).toEqual([]);
    expect(await deployment.deliveries.findDelivery(row)).toEqual(row);
  });

  test.each([deliveredDelivery, exhaustedDelivery, cancelledDelivery])('what is final: %p', async (build) => {
    await store(build({ eventId: uniqueId('evt') }));

    deployment.clock.advance(30 * 86_400_000);
    await sweep(plentyOfTime);

    expect(sentMessages()).toEqual([]);
    expect(deployment.wire.table.calls.map(({ operation }) => operation)).not.toContain('BatchGetItem');
  });

  test('what was delivered after the index was read', async () => {
    const [row] = await store(dueIn(-1));
    const delivered = deliveredDelivery(refOf(row));
    deployment.wire.table.intercept(async (call) => {
      if (call.operation === 'BatchGetItem') await deployment.deliveries.recordDelivered([delivered]);
      return call.forward();
    });

    await sweep(plentyOfTime);

    expect(sentMessages()).toEqual([]);
    expect(deployment.telemetry.lines).toEqual([]);
    expect(await deployment.deliveries.findDelivery(row)).toMatchObject({ state: 'delivered', version: 1 });
  });

  test('what another has taken between the read and the write', async () => {
    const [row] = await store(dueIn(-1));
    const claimed = claimedDelivery({ ...refOf(row), version: 2, dueAt: secondsFromNow(60) });
    deployment.wire.table.intercept(async (call) => {
      const answer = await call.forward();
      if (call.operation === 'BatchGetItem') await deployment.deliveries.replaceDelivery(row, claimed);
      return answer;
    });

    await sweep(plentyOfTime);

    expect(sentMessages()).toEqual([]);
    expect(await deployment.deliveries.findDelivery(row)).toEqual(claimed);
  });
});

describe('a claim', () => {
  test('whose holder died is sent when its lease has ended, not before', async () => {
    const dueAt = secondsFromNow(60);
    const [row] = await store(claimedDelivery({ eventId: uniqueId('evt'), version: 2, dueAt }));

    await sweep(plentyOfTime);
    expect(sentMessages()).toEqual([]);

    deployment.clock.advance(60_000);
    await sweep(plentyOfTime);
    expect(sentMessages()).toMatchObject([{ eventId: row.eventId, version: 3 }]);
    expect(await deployment.deliveries.findDelivery(row)).toMatchObject({ state: 'waiting', version: 3 });
  });

  test.each([
    ['succeeded', 204],
    ['failed', 500],
  ])('whose holder comes back after its lease, with a call that %s, is lost to it', async (_, status) => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const first = { ...deployment.messageFor(subscription), recheck: true };
    receiver.respond((response) => {
      deployment.clock.advance(60_000);
      sweep(plentyOfTime).then(
        () => response.writeHead(status).end(),
        () => response.destroy(),
      );
    });

    expect(await deliver(first)).toEqual(acknowledged);

    expect(await deployment.deliveries.findDelivery(first)).toMatchObject({
      state: 'waiting',
      version: 2,
      attemptCount: 0,
      dueAt: secondsFromNow(leaseMs / 1_000),
    });
    expect(sentMessages()).toMatchObject([{ version: 2 }]);

    receiver.respond((response) => void response.writeHead(204).end());
    expect(await deliver({ ...first, recheck: false, version: 2 })).toEqual(acknowledged);
    expect(receiver.callbacks).toHaveLength(2);
    expect(await deployment.deliveries.findDelivery(first)).toMatchObject({
      state: 'delivered',
      version: 4,
      attemptCount: 1,
    });
  });
});

describe('a fault', () => {
  test('between the lease and the message costs a lease and loses nothing', async () => {
    const rows = await store(dueIn(-1), dueIn(-1));
    deployment.wire.sqs.intercept(async () => internalFailure);

    await sweep(plentyOfTime);

    expect(sentMessages()).toEqual([]);
    expect(deployment.telemetry.named('sweep.failed')).toMatchObject(
      rows.map(() => ({ level: 'error', fields: { eventId: expect.any(String) } })),
    );

    deployment.wire.sqs.reset();
    await sweep(plentyOfTime);
    expect(sentMessages()).toEqual([]);
    deployment.clock.advance(leaseMs);
    await sweep(plentyOfTime);
    expect(eventIds(sentMessages())).toEqual(eventIds(rows));
  });

  test('of SQS that goes on delays what it keeps by a lease after it, and no more', async () => {
    await store(dueIn(-1));
    deployment.wire.sqs.intercept(async () => internalFailure);
    for (let count = 0; count < 5; count += 1) {
      await sweep(plentyOfTime);
      deployment.clock.advance(leaseMs);
    }
    expect(deployment.telemetry.named('sweep.failed')).toHaveLength(5);

    deployment.wire.sqs.reset();
    await sweep(plentyOfTime);

    expect(sentMessages()).toHaveLength(1);
  });

  test('of SQS with one message of a batch is told, and is that message’s alone', async () => {
    const [unlucky, ...lucky] = [dueIn(-1), dueIn(-1), dueIn(-1)];
    await storeInShard(4, [unlucky, ...lucky]);
    deployment.wire.sqs.intercept((call) => refuse(call, (body) => body.includes(unlucky.eventId)));

    await sweep(plentyOfTime);

    expect(eventIds(sentMessages())).toEqual(eventIds(lucky));
    expect(deployment.telemetry.named('sweep.failed')).toMatchObject([
      { fields: { eventId: unlucky.eventId, error: 'InternalError' } },
    ]);

    deployment.wire.sqs.reset();
    deployment.queues.clear();
    deployment.clock.advance(leaseMs);
    await sweep(plentyOfTime);
    expect(eventIds(sentMessages())).toContain(unlucky.eventId);
  });

  test('of SQS and then of the table is told twice, and costs that delivery a lease', async () => {
    const [unlucky, lucky] = [dueIn(-1), dueIn(-1)];
    await storeInShard(4, [unlucky, lucky]);
    deployment.wire.sqs.intercept((call) => refuse(call, (body) => body.includes(unlucky.eventId)));
    let writes = 0;
    deployment.wire.table.intercept(async (call) => {
      const isOfUnlucky = call.operation === 'PutItem' && call.input.Item.eventId.S === unlucky.eventId;
      return isOfUnlucky && (writes += 1) > 1 ? throttled : call.forward();
    });

    await sweep(plentyOfTime);

    expect(eventIds(sentMessages())).toEqual(eventIds([lucky]));
    expect(deployment.telemetry.named('sweep.failed')).toMatchObject([
      { fields: { eventId: unlucky.eventId, error: 'InternalError' } },
      { fields: { eventId: unlucky.eventId, error: { name: 'ProvisionedThroughputExceededException' } } },
    ]);

    deployment.reset();
    deployment.clock.advance(leaseMs);
    await sweep(plentyOfTime);
    expect(eventIds(sentMessages())).toContain(unlucky.eventId);
  });

  test('with one row keeps no other of its page from being sent', async () => {
    const [unlucky, ...lucky] = [dueIn(-3), dueIn(-2), dueIn(-1)];
    await storeInShard(4, [unlucky, ...lucky]);
    deployment.wire.table.intercept((call) =>
      call.operation === 'PutItem' && call.input.Item.eventId.S === unlucky.eventId
        ? Promise.resolve(throttled)
        : call.forward(),
    );

    await sweep(plentyOfTime);

    expect(eventIds(sentMessages())).toEqual(eventIds(lucky));
    expect(deployment.telemetry.named('sweep.failed')).toHaveLength(1);

    deployment.wire.table.reset();
    await sweep(plentyOfTime);
    expect(eventIds(sentMessages())).toEqual(eventIds([unlucky, ...lucky]));
  });

  test('with one shard does not stop the others', async () => {
    const [broken, whole] = [dueIn(-1), dueIn(-1)];
    await storeInShard(4, [broken]);
    await storeInShard(5, [whole]);
    deployment.wire.table.intercept((call) =>
      isQueryOf(4, call) ? Promise.resolve(internalFailure) : call.forward(),
    );

    await sweep(plentyOfTime);

    expect(eventIds(sentMessages())).toEqual([whole.eventId]);
    expect(deployment.telemetry.named('sweep.failed')).toMatchObject([
      { level: 'error', fields: { error: expect.objectContaining({ name: 'InternalFailure' }) } },
    ]);

    deployment.wire.table.reset();
    await sweep(plentyOfTime);
    expect(eventIds(sentMessages())).toEqual(eventIds([broken, whole]));
  });

  test('rows that were throttled when they were read are sent by the next sweep', async () => {
    const rows = [dueIn(-2), dueIn(-1)];
    await storeInShard(4, rows);
    deployment.wire.table.intercept(async (call) => {
      if (call.operation !== 'BatchGetItem') return call.forward();
      return { status: 200, body: { Responses: {}, UnprocessedKeys: call.input.RequestItems } };
    });
    await sweep(plentyOfTime);
    expect(sentMessages()).toEqual([]);

    deployment.wire.table.reset();
    await sweep(plentyOfTime);

    expect(eventIds(sentMessages())).toEqual(eventIds(rows));
  });
});

describe('a backlog', () => {
  const backlog = () => Array.from({ length: 120 }, (_, number) => dueIn(-300 + number));

  test('of more than a page is sent in one sweep, each delivery once', async () => {
    const rows = backlog();
    await storeInShard(4, rows);

    await sweep(plentyOfTime);

    expect(eventIds(sentMessages())).toEqual(eventIds(rows));
    expect(deployment.telemetry.counts).toEqual({ DeliveriesSwept: 120 });
    expect(deployment.wire.table.calls.filter((call) => isQueryOf(4, call))).toHaveLength(2);
  });

  test('is left where it is when the time is short, the longest due served first', async () => {
    const rows = backlog();
    await storeInShard(4, rows);
    // Each shard asks before each page: the sixteen first pages fit in, no second one does.
    let asked = 0;
    const oncePerShard = () => (++asked <= 16 ? 10_001 : 10_000);

    await sweep(oncePerShard);
    expect(eventIds(sentMessages())).toEqual(eventIds(rows.slice(0, 100)));

    await sweep(plentyOfTime);
    expect(eventIds(sentMessages())).toEqual(eventIds(rows));
  });

  test('is not taken up page after page while SQS takes nothing', async () => {
    const rows = backlog();
    await storeInShard(4, rows);
    deployment.wire.sqs.intercept(async () => internalFailure);
    await sweep(plentyOfTime);

    deployment.wire.sqs.reset();
    await sweep(plentyOfTime);

    expect(eventIds(sentMessages())).toEqual(eventIds(rows.slice(100)));
  });

  test('is not even read when there is no time at all', async () => {
    await store(dueIn(-1));
    deployment.wire.table.reset();

    await sweep(() => 10_000);

    expect(deployment.wire.table.calls).toEqual([]);
  });

  test('whose index shows only what has been taken already does not go round in circles', async () => {
    await storeInShard(
      4,
      backlog().map((row) => ({ ...row, dueAt: secondsFromNow(300) })),
    );
    deployment.wire.table.intercept((call) => {
      const { ExpressionAttributeValues: values } = call.input;
      const stale = { ...call.input, ExpressionAttributeValues: { ...values, ':now': { S: '2099' } } };
      return call.forward(isQueryOf(4, call) ? stale : call.input);
    });
    let asked = 0;

    await sweep(() => (++asked <= 100 ? 50_000 : 0));

    expect(sentMessages()).toEqual([]);
    expect(deployment.wire.table.calls.filter((call) => isQueryOf(4, call))).toHaveLength(1);
  });
});
