import { ChangeMessageVisibilityCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventKey } from '../../../adapters/dynamo-keys.ts';
import { createHeldMessages } from '../../../adapters/sqs-held-messages.ts';
import { createRetryQueue } from '../../../adapters/sqs-retry-queue.ts';
import { internalFailure, type WireAnswer, type WireCall } from '../../../bench/wire-proxy.ts';
import {
  type Delivery,
  type DeliveryMessage,
  type ExhaustedDelivery,
  messageFor,
  refOf,
} from '../../../core/deliveries/delivery.ts';
import { eventCatalog } from '../../../core/events/event-catalog.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import {
  createRedrive,
  type RedrivenLetter,
  type RedriveOptions,
} from '../../../scripts/redrive/redrive-queue.ts';
import { countBy } from '../../../scripts/redrive/summary.ts';
import {
  cancelledDelivery,
  claimedDelivery,
  deliveredDelivery,
  envelope,
  eventOf,
  exhaustedDelivery,
  sqsRecord,
  uniqueId,
  waitingDelivery,
} from '../../support/builders.ts';
import { type Deployment, startDeployment } from '../../support/deployment.ts';
import { connectSqsAt, type WorkQueue } from '../../support/engines.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';

const [entry, otherEntry] = eventCatalog;
const acknowledged = { batchItemFailures: [] };
const reviveLeaseMs = 60_000;

let deployment: Deployment;
let receiver: Receiver;
let sqs: ReturnType<typeof connectSqsAt>;
let redriveQueue: ReturnType<typeof createRedrive>;
let heldQueues: Record<string, WorkQueue>;
let eventQueues: WorkQueue[];
/** Receipts of all that was received over the wire, for `endVisibility`. */
let receipts: { QueueUrl: string; ReceiptHandle: string }[];
beforeAll(async () => {
  deployment = await startDeployment();
  // What a test sends is from before the run that follows.
  deployment.clock.advance(3_600_000);
  const { queues, deliveries, clock } = deployment;
  eventQueues = [entry, otherEntry].map(({ type }) => queues.createWorkQueue(queueNameOf(type)));
  const names = ['exhausted-deliveries', 'unrouted', 'rule-targets-dlq'];
  const dlqs = [deployment.deliveryQueue, deployment.retryQueue, ...eventQueues].map(({ name, url }) => {
    return { name: `${name}-dlq`, url: `${url}-dlq`, arn: '' };
  });
  heldQueues = Object.fromEntries(
    [...names.map((name) => queues.createQueue(name)), ...dlqs].map((queue) => [queue.name, queue]),
  );
  sqs = connectSqsAt(deployment.wire.sqs.url);
  redriveQueue = createRedrive({
    messages: createHeldMessages(sqs, ''),
    deliveries,
    events: deployment.events,
    now: clock.now,
  });
});
beforeEach(async () => {
  receiver = await startReceiver();
  receipts = [];
  interceptSqs();
});
afterEach(async () => {
  await receiver.close();
  deployment.reset();
});
afterAll(async () => {
  sqs.destroy();
  await deployment.close();
});

function queueNameOf(eventType: string): string {
  return eventType.replaceAll('.', '-');
}

/** Every call as it is but for the wait for an empty queue, which teaches nothing; or as `answer` says. */
function interceptSqs(answer: (call: WireCall) => Promise<WireAnswer | undefined> = passOn): void {
  deployment.wire.sqs.intercept(answer);
}

async function passOn(call: WireCall): Promise<WireAnswer> {
  if (call.operation !== 'ReceiveMessage') return call.forward();
  const answer = await call.forward({ ...call.input, WaitTimeSeconds: 0 });
  for (const { ReceiptHandle } of answer.body.Messages ?? []) {
    receipts.push({ QueueUrl: call.input.QueueUrl, ReceiptHandle });
  }
  return answer;
}

/** As if the time for which SQS hides what somebody has received were over. */
async function endVisibility(): Promise<void> {
  const pending = receipts.splice(0).map((receipt) =>
    deployment.queues.sqs
      .send(new ChangeMessageVisibilityCommand({ ...receipt, VisibilityTimeout: 0 }))
      // Removed or released meanwhile.
      .catch(() => undefined),
  );
  await Promise.all(pending);
}

/** What a run found, by reason, and what became of it. */
async function redrive(queueName: string, options: Partial<RedriveOptions> = {}) {
  const { signal } = new AbortController();
  const { letters } = await redriveQueue({
    queueName,
    dryRun: false,
    reason: undefined,
    maxPerSecond: 10_000,
    signal,
    ...options,
  });
  return {
    found: countBy(letters, ({ reason }) => reason),
    results: countBy(
      letters.filter(({ result }) => result),
      (letter) => (letter as RedrivenLetter).result ?? '',
    ),
  };
}

async function hold(queueName: string, body: string, reason?: string): Promise<void> {
  const attributes = reason
    ? { MessageAttributes: { reason: { DataType: 'String', StringValue: reason } } }
    : {};
  const QueueUrl = heldQueues[queueName]?.url;
  await deployment.queues.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, ...attributes }));
}

function bodiesIn(queueName: string): string[] {
  return deployment.queues.messagesIn(queueName).map(({ body }) => body);
}

function report(found: Record<string, number>, results: Record<string, number> = {}) {
  return { found: new Map(Object.entries(found)), results: new Map(Object.entries(results)) };
}

/** A row that is exhausted, and the message that tells of it. */
async function exhaust(
  overrides: Partial<ExhaustedDelivery> = {},
  reason = 'status',
): Promise<ExhaustedDelivery> {
  const row = exhaustedDelivery({
    eventId: uniqueId('evt'),
    version: 6,
    attemptCount: 3,
    reason: 'status',
    ...overrides,
  });
  await deployment.events.recordEvent(eventOf(row), [], deployment.clock.now());
  await deployment.deliveries.replaceDelivery(undefined, row);
  await hold('exhausted-deliveries', JSON.stringify(messageFor(row)), reason);
  return row;
}

/** As if the row of the delivery's event had expired. */
async function forget({ accountId, eventId }: Delivery): Promise<void> {
  const { client, tableName } = deployment.table;
  await client.send(new DeleteCommand({ TableName: tableName, Key: { ...eventKey(accountId, eventId) } }));
}

function deliver(message: DeliveryMessage | undefined, receiveCount = 1) {
  return deployment.deliver(
    sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message), { receiveCount }),
  );
}

async function sweep(): Promise<void> {
  await deployment.sweeperWith({ retries: createRetryQueue(sqs, deployment.retryQueue.url) })(() => 50_000);
}

describe('a dry run', () => {
  /** By which the queues and the table change. Giving back what was received is none of them. */
  const writes = /^(Put|Update|Delete|BatchWrite)Item$|^(Send|Delete)Message/;

  test('says what the run would do with each, and changes nothing', async () => {
    const rows = await Promise.all([
      ...Array.from({ length: 11 }, () => exhaust()),
      ...Array.from({ length: 3 }, () => exhaust({}, 'timeout')),
    ]);
    const [gone, tooOld] = rows;
    if (!gone || !tooOld) throw new Error('there are no rows');
    await deployment.deliveries.replaceDelivery(gone, { ...deliveredDelivery(refOf(gone)), version: 7 });
    await forget(tooOld);
    await hold('exhausted-deliveries', '{', 'not-a-delivery');
    const before = bodiesIn('exhausted-deliveries').sort();
    deployment.wire.table.reset();
    deployment.wire.sqs.reset();
    interceptSqs();

    expect(await redrive('exhausted-deliveries', { dryRun: true })).toEqual(
      report(
        { status: 11, timeout: 3, 'not-a-delivery': 1 },
        { redriven: 12, obsolete: 1, 'too-old': 1, kept: 1 },
      ),
    );

    expect(bodiesIn('exhausted-deliveries').sort()).toEqual(before);
    expect(before).toHaveLength(15);
    expect(deployment.messagesIn('retries')).toEqual([]);
    const calls = [...deployment.wire.table.calls, ...deployment.wire.sqs.calls];
    expect(calls.map(({ operation }) => operation).filter((name) => writes.test(name))).toEqual([]);
    const row = rows[5];
    expect(row && (await deployment.deliveries.findDelivery(row))).toEqual(row);
  });

  test.each([
    ['deliveries-dlq', () => JSON.stringify({ ...refOf(waitingDelivery()), version: 1 }), 'redriven'],
    ['deliveries-dlq', () => '{', 'kept'],
    ['unrouted', () => envelope({ type: entry.type }), 'redriven'],
    ['unrouted', () => envelope({ type: 'ticket.exploded' }), 'kept'],
  ])('foresees of a message in %s what a run then does', async (queueName, body, result) => {
    await hold(queueName, body(), 'some-reason');

    const foreseen = await redrive(queueName, { dryRun: true });
    expect(foreseen).toEqual(report({ 'some-reason': 1 }, { [result]: 1 }));
    expect(await redrive(queueName)).toEqual(foreseen);
  });

  test('counts only what the real run would take', async () => {
    await exhaust();
    await exhaust({}, 'timeout');

    expect(await redrive('exhausted-deliveries', { dryRun: true, reason: 'timeout' })).toEqual(
      report({ timeout: 1 }, { redriven: 1 }),
    );
    expect(bodiesIn('exhausted-deliveries')).toHaveLength(2);
  });

  test('of an empty queue counts nothing', async () => {
    expect(await redrive('unrouted', { dryRun: true })).toEqual(report({}));
  });
});

describe('an exhausted delivery', () => {
  test('waits again, with a fresh schedule and a message for it, and its dead letter is gone', async () => {
    const row = await exhaust();

    expect(await redrive('exhausted-deliveries')).toEqual(report({ status: 1 }, { redriven: 1 }));

    expect(bodiesIn('exhausted-deliveries')).toEqual([]);
    expect(deployment.messagesIn('retries')).toEqual([{ ...refOf(row), version: 7, recheck: false }]);
    expect(await deployment.deliveries.findDelivery(row)).toEqual({
      ...refOf(row),
      state: 'waiting',
      version: 7,
      attemptCount: 3,
      restarted: { at: deployment.clock.now().toISOString(), attemptCount: 3 },
      updatedAt: deployment.clock.now().toISOString(),
      nextAttemptAt: deployment.clock.now().toISOString(),
      dueAt: new Date(deployment.clock.now().getTime() + reviveLeaseMs).toISOString(),
    });
  });

  test('goes through all of its schedule again', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const row = await exhaustedAfterCalls(subscription);
    await redrive('exhausted-deliveries');
    const [revived] = deployment.messagesIn('retries');
    deployment.queues.clear();

    expect(await deliver(revived)).toEqual(acknowledged);

    expect(await deployment.deliveries.findDelivery(row)).toMatchObject({
      state: 'waiting',
      attemptCount: 4,
    });
    expect(deployment.messagesIn('retries')).toMatchObject([{ version: row.version + 3 }]);
    expect(deployment.queues.delayedIn('retries')).toMatchObject([{ delaySeconds: 5 }]);
  });

  test('is left alone when its event is no longer stored: there is nothing to send', async () => {
    const row = await exhaust();
    await forget(row);

    expect(await redrive('exhausted-deliveries')).toEqual(report({ status: 1 }, { 'too-old': 1 }));
    expect(await deployment.deliveries.findDelivery(row)).toEqual(row);
    expect(bodiesIn('exhausted-deliveries')).toHaveLength(1);
  });

  test('that is redriven twice is called for once', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const row = await exhaustedAfterCalls(subscription);
    const [letter = ''] = bodiesIn('exhausted-deliveries');
    await hold('exhausted-deliveries', letter);

    expect(await redrive('exhausted-deliveries')).toMatchObject({
      results: new Map([
        ['redriven', 1],
        ['obsolete', 1],
      ]),
    });
    await hold('exhausted-deliveries', letter);
    expect(await redrive('exhausted-deliveries')).toMatchObject({ results: new Map([['obsolete', 1]]) });

    expect(bodiesIn('exhausted-deliveries')).toEqual([]);
    expect(deployment.messagesIn('retries')).toHaveLength(1);
    receiver.respond((response) => void response.writeHead(204).end());
    const before = receiver.callbacks.length;
    await deliver(deployment.messagesIn('retries')[0]);
    expect(receiver.callbacks).toHaveLength(before + 1);
    expect(await deployment.deliveries.findDelivery(row)).toMatchObject({ state: 'delivered' });
  });

  test.each([
    ['has been delivered since', deliveredDelivery({ version: 8 })],
    ['was revived by another', waitingDelivery({ version: 7 })],
    ['is being called', claimedDelivery({ version: 8 })],
    ['was cancelled', cancelledDelivery({ version: 8 })],
  ])('that %s is left alone, and its dead letter is deleted', async (_, moved) => {
    const row = { ...moved, eventId: uniqueId('evt') };
    await deployment.deliveries.replaceDelivery(undefined, row);
    const before = await deployment.deliveries.findDelivery(row);
    await hold('exhausted-deliveries', JSON.stringify({ ...messageFor(row), version: 6 }), 'status');

    expect(await redrive('exhausted-deliveries')).toEqual(report({ status: 1 }, { obsolete: 1 }));

    expect(await deployment.deliveries.findDelivery(row)).toEqual(before);
    expect(bodiesIn('exhausted-deliveries')).toEqual([]);
    expect(deployment.messagesIn('retries')).toEqual([]);
  });

  test.each([
    ['is claimed still', claimedDelivery({ eventId: uniqueId('evt'), version: 5 }), 6],
    ['does not exist yet', undefined, 1],
  ])('whose row %s keeps its dead letter: it is sent before the row is final', async (_, row, version) => {
    if (row) await deployment.deliveries.replaceDelivery(undefined, row);
    const ref = row ?? waitingDelivery({ eventId: uniqueId('evt') });
    const letter = JSON.stringify({ ...messageFor(ref), version });
    await hold('exhausted-deliveries', letter, 'status');

    expect(await redrive('exhausted-deliveries')).toEqual(report({ status: 1 }, { kept: 1 }));

    expect(bodiesIn('exhausted-deliveries')).toEqual([letter]);
  });

  test('that another takes between the read and the write is left to it', async () => {
    const row = await exhaust();
    const taken: Delivery = { ...waitingDelivery(refOf(row)), version: 7 };
    deployment.wire.table.intercept(async (call) => {
      const answer = await call.forward();
      if (call.operation === 'GetItem') await deployment.deliveries.replaceDelivery(row, taken);
      return answer;
    });

    expect(await redrive('exhausted-deliveries')).toMatchObject({ results: new Map([['obsolete', 1]]) });

    expect(await deployment.deliveries.findDelivery(row)).toEqual(taken);
    expect(deployment.messagesIn('retries')).toEqual([]);
  });
});

/** Every call for it failed, and its dead letter waits. */
async function exhaustedAfterCalls(subscription: Subscription): Promise<Delivery> {
  const time = deployment.clock.now().toISOString();
  const detail = { accountId: subscription.accountId, id: uniqueId('evt') };
  await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelope({ time, detail })));
  const [first] = deployment.messagesIn('deliveries');
  if (!first) throw new Error('nothing was dispatched');
  receiver.respond((response) => void response.writeHead(500).end());
  let message: DeliveryMessage | undefined = first;
  while (message && deployment.messagesIn('exhausted').length === 0) {
    await deliver(message);
    const row = await deployment.deliveries.findDelivery(first);
    message = row && messageFor(row);
  }
  const [letter] = deployment.queues.messagesIn('exhausted');
  await hold('exhausted-deliveries', letter?.body ?? '', letter?.attributes['reason']);
  const row = await deployment.deliveries.findDelivery(first);
  if (row?.state !== 'exhausted') throw new Error('the delivery is not exhausted');
  // The first retry's own message is not what these tests are about.
  const letters = deployment.queues.messagesIn('exhausted-deliveries');
  deployment.queues.clear();
  for (const { body, attributes } of letters) {
    await hold('exhausted-deliveries', body, attributes['reason']);
  }
  return row;
}

test('what is sent back shares a fair queue as one account, however many its subscriptions are', async () => {
  const { accountId } = await exhaust();
  const message = deployment.messageFor({ ...(await deployment.subscribe({})).subscription });
  await hold('deliveries-dlq', JSON.stringify(message));
  const groups: unknown[] = [];
  interceptSqs((call) => {
    if (call.operation === 'SendMessage') groups.push(call.input.MessageGroupId);
    return passOn(call);
  });

  await redrive('exhausted-deliveries');
  await redrive('deliveries-dlq');

  expect(groups).toEqual([accountId, message.accountId]);
});

describe('a delivery message that we failed to process', () => {
  test.each([
    ['deliveries-dlq', 'deliveries'],
    ['retries-dlq', 'retries'],
  ])('of %s goes back to %s, to be rechecked', async (from, to) => {
    const message = deployment.messageFor({ ...(await deployment.subscribe({})).subscription });
    await hold(from, JSON.stringify(message));

    expect(await redrive(from)).toEqual(report({ 'gave-up': 1 }, { redriven: 1 }));

    expect(deployment.messagesIn(to)).toEqual([{ ...message, recheck: true }]);
    expect(bodiesIn(from)).toEqual([]);
  });

  test('and whose delivery was made is not called for again', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const message = deployment.messageFor(subscription);
    await deployment.deliveries.recordDelivered([deliveredDelivery({ ...refOf(message) })]);
    await hold('deliveries-dlq', JSON.stringify(message));
    await redrive('deliveries-dlq');

    expect(await deliver(deployment.messagesIn('deliveries')[0])).toEqual(acknowledged);

    expect(receiver.callbacks).toEqual([]);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'delivered',
      version: 1,
    });
  });

  test('and for which nobody was called is called for once, however often it was redriven', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const message = deployment.messageFor(subscription);
    await hold('deliveries-dlq', JSON.stringify(message));
    await hold('deliveries-dlq', JSON.stringify(message));
    await redrive('deliveries-dlq');
    const sent = deployment.messagesIn('deliveries');

    await Promise.all(sent.map((each) => deliver(each)));
    await Promise.all(sent.map((each) => deliver(each, 2)));

    expect(sent).toHaveLength(2);
    expect(receiver.callbacks).toHaveLength(1);
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'delivered',
      attemptCount: 1,
    });
  });

  test.each(['{', '{}', '"x"'])('and that is none is kept: %s', async (body) => {
    await hold('deliveries-dlq', body, 'not-a-delivery');
    await hold('exhausted-deliveries', body, 'not-a-delivery');

    for (const queueName of ['deliveries-dlq', 'exhausted-deliveries']) {
      expect(await redrive(queueName)).toEqual(report({ 'not-a-delivery': 1 }, { kept: 1 }));
      expect(bodiesIn(queueName)).toEqual([body]);
    }
    expect(deployment.messagesIn('deliveries')).toEqual([]);
  });
});

describe('an event', () => {
  test.each([
    ['of its queue’s dead-letter queue', `${queueNameOf(entry.type)}-dlq`],
    ['that the catalog knows by now', 'unrouted'],
    ['that a rule could not put into its queue', 'rule-targets-dlq'],
  ])('%s goes to the queue of its type, byte for byte', async (_, from) => {
    const bodies = [envelope({ type: entry.type }), envelope({ type: otherEntry.type })];
    for (const body of bodies) await hold(from, body);

    expect(await redrive(from)).toMatchObject({ results: new Map([['redriven', 2]]) });

    expect(eventQueues.map(({ name }) => bodiesIn(name))).toEqual(bodies.map((body) => [body]));
    expect(bodiesIn(from)).toEqual([]);
  });

  test.each(['unrouted', 'rule-targets-dlq'])('of another source stays in %s', async (from) => {
    const body = envelope({ type: entry.type }).replace('"iomnihub.helpdesk"', '"iomnihub.billing"');
    await hold(from, body);

    expect(await redrive(from)).toMatchObject({ results: new Map([['kept', 1]]) });

    expect(bodiesIn(from)).toEqual([body]);
    expect(eventQueues.flatMap(({ name }) => bodiesIn(name))).toEqual([]);
  });

  test('that was dispatched already is rechecked, and called for no more', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const time = deployment.clock.now().toISOString();
    const body = envelope({ time, detail: { accountId: subscription.accountId } });
    await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, body));
    await deliver(deployment.messagesIn('deliveries')[0]);
    deployment.queues.clear();
    await hold(`${queueNameOf(entry.type)}-dlq`, body);
    await redrive(`${queueNameOf(entry.type)}-dlq`);

    const [redriven = ''] = bodiesIn(queueNameOf(entry.type));
    await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, redriven));

    const [again, ...more] = deployment.messagesIn('deliveries');
    expect(again).toMatchObject({ recheck: true });
    expect(more).toEqual([]);
    await deliver(again);
    expect(receiver.callbacks).toHaveLength(1);
  });

  test('that was published again meanwhile is a duplicate', async () => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const detail = { accountId: subscription.accountId };
    const time = deployment.clock.now().toISOString();
    await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelope({ detail, time })));
    deployment.reset();
    interceptSqs();
    await hold(`${queueNameOf(entry.type)}-dlq`, envelope({ detail, time }));
    await redrive(`${queueNameOf(entry.type)}-dlq`);

    const [redriven = ''] = bodiesIn(queueNameOf(entry.type));
    await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, redriven));

    expect(deployment.messagesIn('deliveries')).toEqual([]);
    expect(deployment.telemetry.counts).toEqual({ EventsDuplicated: 1 });
  });

  test.each([
    ['not-json', '{'],
    ['unknown-type', envelope({ type: 'ticket.exploded' })],
    ['invalid-data', envelope({ detail: { data: {} } })],
  ])('that is still rejected is kept: %s', async (reason, body) => {
    await hold(`${queueNameOf(entry.type)}-dlq`, body, reason);

    expect(await redrive(`${queueNameOf(entry.type)}-dlq`)).toEqual(report({ [reason]: 1 }, { kept: 1 }));

    expect(deployment.queues.messagesIn(`${queueNameOf(entry.type)}-dlq`)).toEqual([
      { body, attributes: { reason }, delaySeconds: 0 },
    ]);
    expect(bodiesIn(queueNameOf(entry.type))).toEqual([]);
  });
});

describe('a run takes no more than it was told to', () => {
  test('messages with another reason stay and can be received at once', async () => {
    const [timedOut, refused] = [await exhaust({}, 'timeout'), await exhaust({}, 'connection-refused')];

    expect(await redrive('exhausted-deliveries', { reason: 'timeout' })).toEqual(
      report({ timeout: 1 }, { redriven: 1 }),
    );

    expect(deployment.messagesIn('retries')).toMatchObject([{ eventId: timedOut.eventId }]);
    expect(deployment.messagesIn('exhausted-deliveries')).toEqual([messageFor(refused)]);
  });

  test('what came in since its start stays: it may be what the run itself sent out', async () => {
    const [old, fresh] = [await exhaust(), await exhaust()];
    interceptSqs(async (call) => {
      const answer = await passOn(call);
      for (const { Body, Attributes } of answer.body.Messages ?? []) {
        const isFresh = Body.includes(fresh.eventId);
        if (isFresh) Attributes.SentTimestamp = String(deployment.clock.now().getTime() + 1);
      }
      return answer;
    });

    expect(await redrive('exhausted-deliveries')).toEqual(report({ status: 1 }, { redriven: 1 }));

    expect(deployment.messagesIn('retries')).toMatchObject([{ eventId: old.eventId }]);
    expect(deployment.messagesIn('exhausted-deliveries')).toEqual([messageFor(fresh)]);
  });

  test('one that is stopped ends after the message in hand, and the next one does the rest', async () => {
    const rows = await Promise.all(Array.from({ length: 14 }, () => exhaust()));
    const stopping = new AbortController();
    interceptSqs((call) => {
      if (call.operation === 'SendMessage') stopping.abort();
      return passOn(call);
    });

    expect(await redrive('exhausted-deliveries', { signal: stopping.signal })).toMatchObject({
      results: new Map([['redriven', 1]]),
    });
    expect(bodiesIn('exhausted-deliveries')).toHaveLength(13);
    expect(deployment.messagesIn('retries')).toHaveLength(1);

    interceptSqs();
    expect(await redrive('exhausted-deliveries')).toEqual(report({ status: 13 }, { redriven: 13 }));
    const sent = deployment.messagesIn('retries').map(({ eventId }) => eventId);
    expect(sent.sort()).toEqual(rows.map(({ eventId }) => eventId).sort());
  });

  test('one that was stopped before it began does nothing', async () => {
    await exhaust();

    expect(await redrive('exhausted-deliveries', { signal: AbortSignal.abort() })).toEqual(report({}));
    expect(bodiesIn('exhausted-deliveries')).toHaveLength(1);
  });
});

describe('a run that breaks off', () => {
  const broken = (operation: string, after: boolean) => async (call: WireCall) => {
    if (call.operation !== operation) return passOn(call);
    if (after) await call.forward();
    return internalFailure;
  };

  /** Every step of an exhausted delivery's way: which service fails at it, and whether it has done it. */
  const steps = ['table GetItem', 'table PutItem', 'sqs SendMessage', 'sqs DeleteMessage'].flatMap((step) => [
    [step, 'before it', false] as const,
    [step, 'after it', true] as const,
  ]);

  test.each(steps)('at %s, %s, neither loses nor repeats a delivery', async (step, _, after) => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    const row = await exhaustedAfterCalls(subscription);
    const [service, operation = ''] = step.split(' ');
    if (service === 'sqs') interceptSqs(broken(operation, after));
    else deployment.wire.table.intercept(broken(operation, after));
    // A write whose answer was lost is repeated by the SDK and looks like another's: the run goes on.
    await redrive('exhausted-deliveries').catch(() => undefined);

    interceptSqs();
    deployment.wire.table.reset();
    await endVisibility();
    await redrive('exhausted-deliveries');
    deployment.clock.advance(reviveLeaseMs);
    await sweep();
    receiver.respond((response) => void response.writeHead(204).end());
    const callsBefore = receiver.callbacks.length;
    for (const message of deployment.messagesIn('retries')) await deliver(message);

    expect(receiver.callbacks).toHaveLength(callsBefore + 1);
    expect(await deployment.deliveries.findDelivery(row)).toMatchObject({ state: 'delivered' });
    expect(bodiesIn('exhausted-deliveries')).toEqual([]);
  });

  test.each([
    ['before', false],
    ['after', true],
  ])('%s a delivery message was sent again neither loses nor repeats it', async (_, after) => {
    const { subscription } = await deployment.subscribe({ url: receiver.url });
    await hold('deliveries-dlq', JSON.stringify(deployment.messageFor(subscription)));
    interceptSqs(broken('SendMessage', after));
    await expect(redrive('deliveries-dlq')).rejects.toMatchObject({ name: 'InternalFailure' });

    interceptSqs();
    await endVisibility();
    expect(await redrive('deliveries-dlq')).toMatchObject({ results: new Map([['redriven', 1]]) });
    for (const message of deployment.messagesIn('deliveries')) await deliver(message);

    expect(receiver.callbacks).toHaveLength(1);
    expect(bodiesIn('deliveries-dlq')).toEqual([]);
  });

  test('says so, and what it had not come to can be received at once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => exhaust()));
    interceptSqs(broken('SendMessage', false));

    await expect(redrive('exhausted-deliveries')).rejects.toMatchObject({ name: 'InternalFailure' });

    expect(bodiesIn('exhausted-deliveries')).toHaveLength(5);
  });

  test('a message that another has received meanwhile does not end the run without its report', async () => {
    await hold('deliveries-dlq', '{', 'not-a-delivery');
    interceptSqs(async (call) => {
      if (call.operation !== 'ChangeMessageVisibilityBatch') return passOn(call);
      const failed = { Id: '0', SenderFault: true, Code: 'ReceiptHandleIsInvalid' };
      return { status: 200, body: { Successful: [], Failed: [failed] } };
    });

    expect(await redrive('deliveries-dlq')).toEqual(report({ 'not-a-delivery': 1 }, { kept: 1 }));
  });
});
