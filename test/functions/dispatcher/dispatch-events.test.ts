import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { unpackContent } from '../../../adapters/dynamo-event-content.ts';
import { internalFailure } from '../../../bench/wire-proxy.ts';
import { eventCatalog, eventTypes } from '../../../core/events/event-catalog.ts';
import { operationalSource, operationalTypes } from '../../../core/events/operational-events.ts';
import { type EnvelopeParts, envelope, sqsRecord, uniqueId } from '../../support/builders.ts';
import { type Deployment, startDeployment } from '../../support/deployment.ts';
import { exampleData } from '../../support/journey-data.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await startDeployment();
});
afterEach(() => deployment.reset());
afterAll(() => deployment.close());

const [entry, otherEntry] = eventCatalog;
const unprocessable = operationalTypes.at(-1) ?? '';

/** A record of the event queue; `detail` names at least the account. */
function eventRecord(
  detail: Readonly<Record<string, unknown>>,
  parts: EnvelopeParts & { readonly sentAt?: Date } = {},
) {
  const text = envelope({ ...parts, detail: { id: uniqueId('evt'), ...detail } });
  return sqsRecord(deployment.eventQueue.arn, text, { sentAt: parts.sentAt });
}

function daysFromNow(days: number): Date {
  return new Date(deployment.clock.now().getTime() + days * 86_400_000);
}

function rejectedMessages() {
  return deployment.queues.messagesIn('events-dlq');
}

const nothingFailed = { batchItemFailures: [] };

describe('an event', () => {
  test('becomes one message for each subscription that takes it, with the body that will be sent', async () => {
    const { subscription: first } = await deployment.subscribe({});
    const { accountId } = first;
    const { subscription: second } = await deployment.subscribe({ accountId, eventTypes });
    await deployment.subscribe({ accountId, eventTypes: [otherEntry.type] });
    await deployment.subscribe({ accountId, status: 'disabled' });
    await deployment.subscribe({});

    const result = await deployment.dispatch(
      eventRecord({ accountId, id: 'evt_a' }, { sentAt: new Date('2026-11-23T16:55:01.234Z') }),
    );

    const message = {
      accountId,
      eventId: 'evt_a',
      eventType: entry.type,
      acceptedAt: '2026-11-23T16:55:01.234Z',
      version: 0,
      recheck: false,
      body: (await deployment.events.readEventBody(accountId, 'evt_a'))?.text,
    };
    expect(result).toEqual(nothingFailed);
    expect(deployment.messagesIn('deliveries')).toEqual([
      { ...message, subscriptionId: first.id },
      { ...message, subscriptionId: second.id },
    ]);
    expect(JSON.parse(message.body ?? '')).toMatchObject({ id: 'evt_a', type: entry.type });
    expect(message.body).toContain(`"data":${JSON.stringify(exampleData(entry.type))}}`);
    expect(deployment.telemetry.counts).toEqual({ EventsDispatched: 1 });
  });

  test('of an account without subscriptions costs a count and no write', async () => {
    deployment.wire.table.reset();

    expect(await deployment.dispatch(eventRecord({ accountId: uniqueId('acc') }))).toEqual(nothingFailed);

    expect(deployment.telemetry.counts).toEqual({ EventsWithoutSubscriptions: 1 });
    expect(deployment.wire.table.calls.map(({ operation }) => operation)).toEqual(['Query']);
    expect(deployment.messagesIn('deliveries')).toEqual([]);
  });

  test('that nobody takes is stored with the reasons', async () => {
    const { subscription: other } = await deployment.subscribe({ eventTypes: [otherEntry.type] });
    const { accountId } = other;
    const { subscription: disabled } = await deployment.subscribe({ accountId, status: 'disabled' });

    await deployment.dispatch(eventRecord({ accountId }));

    expect(deployment.messagesIn('deliveries')).toEqual([]);
    const put = deployment.wire.table.calls.find(({ input }) => input.Item?.content);
    expect(unpackContent(Buffer.from(put?.input.Item.content.B, 'base64'))).toMatchObject({
      plan: [
        { subscriptionId: other.id, decision: 'not-subscribed' },
        { subscriptionId: disabled.id, decision: 'disabled' },
      ],
    });
  });
});

describe('an event is accepted when it came into its queue', () => {
  test.each([
    ['eight days before', () => daysFromNow(-8).toISOString()],
    ['in the year 9999', () => '9999-12-31T23:59:59Z'],
  ])('though its publisher has set a time %s', async (_, timeOf) => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    const sentAt = daysFromNow(-1);

    await deployment.dispatch(eventRecord({ accountId, id: 'evt_a' }, { time: timeOf(), sentAt }));

    expect(deployment.messagesIn('deliveries')).toMatchObject([{ acceptedAt: sentAt.toISOString() }]);
    const put = deployment.wire.table.calls.find(({ input }) => input.Item?.content);
    const retentionSeconds = deployment.table.retentionSeconds;
    expect(put?.input.Item.expiresAt.N).toBe(String(Math.floor(sentAt.getTime() / 1_000) + retentionSeconds));
  });

  test.each([
    ['by a clock that is ahead of ours', () => daysFromNow(1)],
    ['at a time that cannot be read', () => new Date(Number.NaN)],
  ])('and no later than now: %s', async (_, sentAtOf) => {
    const { accountId } = (await deployment.subscribe({})).subscription;

    await deployment.dispatch(eventRecord({ accountId }, { sentAt: sentAtOf() }));

    expect(deployment.messagesIn('deliveries')).toMatchObject([
      { acceptedAt: deployment.clock.now().toISOString() },
    ]);
  });

  test('for the first time: a message that an operator sends again keeps the keys of its deliveries', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    const parts = { envelopeId: uniqueId('envelope') };
    await deployment.dispatch(eventRecord({ accountId, id: 'evt_a' }, { ...parts, sentAt: daysFromNow(-2) }));
    const [{ acceptedAt } = {}] = deployment.messagesIn('deliveries');
    deployment.reset();

    await deployment.dispatch(eventRecord({ accountId, id: 'evt_a' }, { ...parts, sentAt: daysFromNow(-1) }));

    expect(acceptedAt).toBe(daysFromNow(-2).toISOString());
    expect(deployment.messagesIn('deliveries')).toMatchObject([{ acceptedAt, recheck: true }]);
  });
});

describe('a second time', () => {
  test('the same event in another envelope is a duplicate publication: dropped and counted', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    await deployment.dispatch(eventRecord({ accountId, id: 'evt_a' }));
    deployment.reset();

    const result = await deployment.dispatch(eventRecord({ accountId, id: 'evt_a' }));

    expect(result).toEqual(nothingFailed);
    expect(deployment.messagesIn('deliveries')).toEqual([]);
    expect(deployment.telemetry.counts).toEqual({ EventsDuplicated: 1 });
    expect(rejectedMessages()).toEqual([]);
  });

  test('also if its fields come in another order, its numbers and times in another form', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    const { ticket, ...others } = exampleData(entry.type);
    const occurredAt = '2026-11-23T16:55:00.000Z';
    await deployment.dispatch(eventRecord({ accountId, id: 'evt_a', occurredAt }));
    deployment.reset();

    const text = envelope({
      detail: {
        data: { ...others, ticket },
        occurredAt: '2026-11-23T18:55:00+02:00',
        id: 'evt_a',
        accountId,
      },
    });
    await deployment.dispatch(
      sqsRecord(
        deployment.eventQueue.arn,
        text.replace('"number":2026112900000123,', '"number":2026112900000123.0,'),
      ),
    );

    expect(deployment.telemetry.counts).toEqual({ EventsDuplicated: 1 });
    expect(rejectedMessages()).toEqual([]);
  });

  test('the same envelope is our own redelivery: sent again, to be rechecked', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    const record = eventRecord({ accountId });
    await deployment.dispatch(record);
    const [{ body: _, ...sent } = {}] = deployment.messagesIn('deliveries');
    deployment.reset();

    await deployment.dispatch(record);

    // Without the body: the stored one counts.
    expect(deployment.messagesIn('deliveries')).toEqual([{ ...sent, recheck: true }]);
    expect(deployment.telemetry.counts).toEqual({});
  });

  test('a send whose answer was lost is repeated to be rechecked, so that the copy makes no second call', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    let cut = false;
    deployment.wire.sqs.intercept(async (call) => {
      const answer = await call.forward();
      if (cut) return answer;
      cut = true;
      return undefined;
    });

    expect(await deployment.dispatch(eventRecord({ accountId }))).toEqual(nothingFailed);

    expect(deployment.messagesIn('deliveries').map(({ recheck }) => recheck)).toEqual([false, true]);
  });

  test('a body of more than 32 KiB is left to be read from the row', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    const [{ example }] = eventCatalog;
    const recordOf = (id: string, text: string) => eventRecord({ id, accountId, data: { ...example, text } });
    const carried = () => deployment.messagesIn('deliveries').map(({ body = '' }) => Buffer.byteLength(body));
    await deployment.dispatch(recordOf('evt_1', ''));
    const [bytes = 0] = carried();

    await deployment.dispatch(recordOf('evt_2', 'x'.repeat(32_768 - bytes)));
    await deployment.dispatch(recordOf('evt_3', 'x'.repeat(32_769 - bytes)));
    expect(carried().toSorted((a, b) => a - b)).toEqual([0, bytes, 32_768]);
  });

  test('the stored plan counts, not the subscriptions of now', async () => {
    const { subscription } = await deployment.subscribe({});
    const { accountId } = subscription;
    const record = eventRecord({ accountId });
    await deployment.dispatch(record);
    deployment.reset();
    await deployment.subscribe({ accountId });
    await deployment.learn(subscription, { receiver: {}, disable: 'gone' });

    await deployment.dispatch(record);

    expect(deployment.messagesIn('deliveries').map(({ subscriptionId }) => subscriptionId)).toEqual([
      subscription.id,
    ]);
  });

  test('a write that landed and whose reply was lost does not lose the event', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    let lost = false;
    deployment.wire.table.intercept(async (call) => {
      const answer = await call.forward();
      if (call.operation !== 'PutItem' || lost) return answer;
      lost = true;
      return undefined;
    });

    expect(await deployment.dispatch(eventRecord({ accountId }))).toEqual(nothingFailed);

    expect(deployment.messagesIn('deliveries')).toMatchObject([{ accountId, recheck: true }]);
  });
});

describe('what can never be delivered goes to the event queue’s dead-letter queue at once', () => {
  test.each([
    ['not-json', () => '{'],
    ['not-an-event', () => '{}'],
    ['unknown-type', () => envelope({ type: 'ticket.exploded' })],
    ['invalid-detail', () => envelope({ detail: { accountId: undefined } })],
    ['invalid-data', () => envelope({ detail: { data: { ticket: 5531 } } })],
    ['too-large', () => envelope({ detail: { data: { ...entry.example, note: 'x'.repeat(262_144) } } })],
  ])('%s', async (reason, textOf) => {
    const body = textOf();

    const result = await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, body));

    expect(result).toEqual(nothingFailed);
    expect(rejectedMessages()).toEqual([
      { body, attributes: { reason, explanation: expect.any(String) }, delaySeconds: 0 },
    ]);
    expect(deployment.telemetry.counts).toEqual({ EventsRejected: 1 });
    expect(deployment.telemetry.lines).toMatchObject([
      { level: 'warn', name: 'event.rejected', fields: { reason } },
    ]);
  });

  test('a message of the largest size that SQS takes, without the attributes that do not fit', async () => {
    const body = '{'.padEnd(1_048_576, ' ');

    expect(await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, body))).toEqual(nothingFailed);

    expect(rejectedMessages()).toEqual([{ body, attributes: {}, delaySeconds: 0 }]);
    expect(deployment.telemetry.lines).toMatchObject([
      { name: 'event.rejected', fields: { reason: 'not-json', explanation: 'the message is not JSON' } },
    ]);
  });

  test('is logged by the names that it gives itself, as far as they can be read', async () => {
    const detail = { id: 'evt_lost', accountId: 'not an account', data: 'none' };
    await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelope({ detail })));

    const [line] = deployment.telemetry.lines;
    expect(line?.fields).toMatchObject({ eventId: 'evt_lost', reason: 'invalid-detail' });
    expect(line?.fields).not.toHaveProperty('accountId');
  });

  test.each([
    ['a detail that is none', { detail: null }],
    ['no detail', { detail: undefined }],
    ['a type that nobody knows', { 'detail-type': 'ticket.exploded' }],
  ])('is found by what PutEvents answered, with %s', async (_, change) => {
    const sent = { ...(JSON.parse(envelope({})) as { id: string }), ...change };
    await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, JSON.stringify(sent)));

    expect(deployment.telemetry.named('event.rejected')).toMatchObject([{ fields: { envelopeId: sent.id } }]);
  });

  test('id-conflict: another event with the id of a stored one, which stays', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    await deployment.dispatch(eventRecord({ accountId, id: 'evt_a' }));
    const stored = await deployment.events.readEventBody(accountId, 'evt_a');
    deployment.reset();

    const result = await deployment.dispatch(
      eventRecord({ accountId, id: 'evt_a', occurredAt: '2026-11-23T17:00:00Z' }),
    );

    expect(result).toEqual(nothingFailed);
    expect(rejectedMessages()).toMatchObject([{ attributes: { reason: 'id-conflict' } }]);
    expect(deployment.messagesIn('deliveries')).toEqual([]);
    expect(await deployment.events.readEventBody(accountId, 'evt_a')).toEqual(stored);
  });

  test('a rejection that SQS does not take fails the record: nothing is lost', async () => {
    deployment.wire.sqs.intercept(async () => internalFailure);

    const result = await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, '{', { messageId: 'm-1' }));

    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
    expect(deployment.telemetry.counts).toEqual({});
  });
});

describe('the owner of an event that can never be delivered', () => {
  const broken = { ticket: 5531, note: 'confidential' };

  test('is told which fields are wrong, and none of their values', async () => {
    const accountId = uniqueId('acc');
    const sentAt = daysFromNow(-1);
    const record = eventRecord({ accountId, id: 'evt_a', data: broken }, { envelopeId: 'env-1', sentAt });

    expect(await deployment.dispatch(record)).toEqual(nothingFailed);

    expect(deployment.notices).toMatchObject([
      {
        source: operationalSource,
        type: unprocessable,
        detail: {
          id: expect.stringMatching(/^evt_wh_[0-9a-f]{32}$/),
          accountId,
          occurredAt: sentAt.toISOString(),
          data: {
            event: { id: 'evt_a', type: entry.type, envelopeId: 'env-1' },
            reason: 'invalid-data',
            fields: expect.arrayContaining(['detail.data.ticket', 'detail.data.actor']),
            explanation: expect.stringContaining('detail.data.ticket'),
          },
        },
      },
    ]);
    expect(JSON.stringify(deployment.notices)).not.toMatch(/5531|confidential/);
    expect(rejectedMessages()).toHaveLength(1);
  });

  test('is told of an event whose id another one has', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    await deployment.dispatch(eventRecord({ accountId, id: 'evt_a' }));
    await deployment.dispatch(eventRecord({ accountId, id: 'evt_a', occurredAt: '2026-11-23T17:00:00Z' }));

    expect(deployment.notices).toMatchObject([
      { detail: { data: { reason: 'id-conflict', fields: ['detail.id'] } } },
    ]);
  });

  test('is told the same under the same id if the record is received again, and under another of another event', async () => {
    const accountId = uniqueId('acc');
    const of = (envelopeId: string) => eventRecord({ accountId, id: 'evt_a', data: {} }, { envelopeId });
    await deployment.dispatch(of('env-1'));
    await deployment.dispatch(of('env-1'));
    await deployment.dispatch(of('env-2'));

    const ids = deployment.notices.map(({ detail }) => (detail as { id: string }).id);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(deployment.notices[1]).toEqual(deployment.notices[0]);
  });

  test('is told before the event is rejected: if the bus does not take it, the record is received again', async () => {
    deployment.wire.bus.intercept(async () => ({
      status: 200,
      body: { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: '' }] },
    }));
    const record = eventRecord({ accountId: uniqueId('acc'), data: {} });

    expect(await deployment.dispatch(record)).toEqual({
      batchItemFailures: [{ itemIdentifier: record.messageId }],
    });
    expect(rejectedMessages()).toEqual([]);
    expect(deployment.telemetry.lines).toMatchObject([{ level: 'error', name: 'event.failed' }]);
  });

  test.each([
    ['that cannot be read', () => envelope({ detail: { accountId: 'not an account' } })],
    ['of a message that is no event', () => '{}'],
  ])('is not told if it is one %s', async (_, textOf) => {
    await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, textOf()));

    expect(deployment.notices).toEqual([]);
    expect(rejectedMessages()).toHaveLength(1);
  });

  test('is not told of an event about webhooks, which would lead to the next one', async () => {
    const record = eventRecord({ accountId: uniqueId('acc'), data: {} }, { type: unprocessable });
    await deployment.dispatch(record);

    expect(deployment.notices).toEqual([]);
    expect(rejectedMessages()).toMatchObject([{ attributes: { reason: 'invalid-data' } }]);
  });
});

describe('an event about webhooks', () => {
  test('is planned and enqueued as any other, for those who take it and not for those who take everything', async () => {
    const { subscription: told } = await deployment.subscribe({ eventTypes: ['webhook.*'] });
    const { accountId } = told;
    await deployment.subscribe({ accountId, eventTypes: ['*'] });

    await deployment.dispatch(eventRecord({ accountId, id: 'evt_wh_a' }, { type: unprocessable }));

    expect(deployment.messagesIn('deliveries')).toMatchObject([
      { subscriptionId: told.id, eventId: 'evt_wh_a', eventType: unprocessable },
    ]);
  });

  test('that is published again in other words is a duplicate, and no conflict', async () => {
    const { accountId } = (await deployment.subscribe({ eventTypes: ['webhook.*'] })).subscription;
    const parts = { type: unprocessable };
    await deployment.dispatch(eventRecord({ accountId, id: 'evt_wh_a' }, parts));
    const again = { accountId, id: 'evt_wh_a', occurredAt: '2026-11-23T17:00:00.000Z' };
    await deployment.dispatch(eventRecord(again, parts));

    expect(deployment.telemetry.counts).toEqual({ EventsDispatched: 1, EventsDuplicated: 1 });
    expect(rejectedMessages()).toEqual([]);
  });
});

describe('in a batch', () => {
  test('one poison record costs one record', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    const good = Array.from({ length: 9 }, () => eventRecord({ accountId }));

    const result = await deployment.dispatch(
      ...good.slice(0, 4),
      sqsRecord(deployment.eventQueue.arn, 'poison'),
      ...good.slice(4),
    );

    expect(result).toEqual(nothingFailed);
    expect(deployment.messagesIn('deliveries')).toHaveLength(9);
    expect(rejectedMessages().map(({ body }) => body)).toEqual(['poison']);
  });

  test('a fault of ours with one record fails that record alone', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    const records = [
      eventRecord({ accountId }),
      eventRecord({ accountId, id: 'evt_broken' }),
      eventRecord({ accountId }),
    ];
    deployment.wire.table.intercept((call) =>
      call.input.Item?.pk.S.endsWith('evt_broken') ? Promise.resolve(internalFailure) : call.forward(),
    );

    const result = await deployment.dispatch(...records);

    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: records[1]?.messageId }] });
    expect(deployment.messagesIn('deliveries')).toHaveLength(2);
    const { id: envelopeId } = JSON.parse(records[1]?.body ?? '') as { id: string };
    expect(deployment.telemetry.named('event.failed')).toMatchObject([
      {
        level: 'error',
        fields: { messageId: records[1]?.messageId, envelopeId, eventId: 'evt_broken', accountId },
      },
    ]);
  });

  test('a message that SQS did not take fails no record of another account, though its event has the same id', async () => {
    const id = uniqueId('evt');
    const accounts = await Promise.all([deployment.subscribe({}), deployment.subscribe({})]);
    const [unlucky, lucky] = accounts.map(({ subscription }) => subscription.accountId);
    deployment.wire.sqs.intercept(async (call) => {
      const entries: { readonly Id: string; readonly MessageGroupId: string }[] = call.input.Entries;
      const taken = entries.filter(({ MessageGroupId }) => MessageGroupId !== unlucky);
      const refused = entries.filter(({ MessageGroupId }) => MessageGroupId === unlucky);
      const Failed = refused.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false }));
      if (taken.length === 0) return { status: 200, body: { Successful: [], Failed } };
      const { status, body } = await call.forward({ ...call.input, Entries: taken });
      return { status, body: { ...body, Failed } };
    });
    const records = [unlucky, lucky].map((accountId) => eventRecord({ id, accountId }));

    expect(await deployment.dispatch(...records)).toEqual({
      batchItemFailures: [{ itemIdentifier: records[0]?.messageId }],
    });
  });

  test('a message that SQS did not take fails its record, and the next try sends it again', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    const [first, second] = [eventRecord({ accountId }), eventRecord({ accountId })];
    deployment.wire.sqs.intercept(async (call) => {
      const [refused, ...taken] = call.input.Entries;
      const { status, body } = await call.forward({ ...call.input, Entries: taken });
      return {
        status,
        body: { ...body, Failed: [{ Id: refused.Id, Code: 'InternalError', SenderFault: false }] },
      };
    });

    const result = await deployment.dispatch(first, second);
    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: first.messageId }] });
    const { id: envelopeId } = JSON.parse(first.body) as { id: string };
    expect(deployment.telemetry.named('event.failed')).toMatchObject([
      { fields: { messageId: first.messageId, envelopeId, accountId } },
    ]);

    deployment.wire.sqs.reset();
    expect(await deployment.dispatch(first)).toEqual(nothingFailed);
    expect(deployment.messagesIn('deliveries').map(({ recheck }) => recheck)).toEqual([false, true]);
  });

  test('the same event twice is stored once', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;

    await deployment.dispatch(
      eventRecord({ accountId, id: 'evt_twice' }),
      eventRecord({ accountId, id: 'evt_twice' }),
    );

    expect(deployment.messagesIn('deliveries')).toHaveLength(1);
    expect(deployment.telemetry.counts).toEqual({ EventsDispatched: 1, EventsDuplicated: 1 });
  });
});

describe('each event that is taken in makes a line by which it is found,', () => {
  const linesOf = () => deployment.telemetry.named('event.dispatched').map(({ fields }) => fields);
  const namesOf = ({ body }: { readonly body: string }) => {
    const { id: envelopeId, detail } = JSON.parse(body) as { id: string; detail: Record<string, string> };
    return { envelopeId, eventId: detail['id'], accountId: detail['accountId'], eventType: entry.type };
  };

  test('with what became of it', async () => {
    const { accountId } = (await deployment.subscribe({})).subscription;
    await deployment.subscribe({ accountId });
    const published = eventRecord({ accountId, id: 'evt_found' });
    const again = eventRecord({ accountId, id: 'evt_found' });
    const nobodys = eventRecord({ accountId: uniqueId('acc') });

    for (const record of [published, published, again, nobodys]) await deployment.dispatch(record);

    expect(namesOf(again).envelopeId).not.toBe(namesOf(published).envelopeId);
    expect(linesOf()).toEqual([
      { ...namesOf(published), outcome: 'planned', deliveries: 2 },
      { ...namesOf(published), outcome: 'repeated', deliveries: 2 },
      { ...namesOf(again), outcome: 'duplicate', deliveries: 0 },
      { ...namesOf(nobodys), outcome: 'without-subscriptions', deliveries: 0 },
    ]);
  });

  test('and one that is refused makes none', async () => {
    await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, '{}'));

    expect(linesOf()).toEqual([]);
  });
});

test('no line holds what was published', async () => {
  const { accountId } = (await deployment.subscribe({})).subscription;
  const planted = 'PLANTED-5531';
  deployment.wire.sqs.intercept(async () => internalFailure);

  await deployment.dispatch(
    eventRecord({ accountId, data: { ...entry.example, note: planted } }),
    eventRecord({ accountId, data: { ticket: planted } }),
    sqsRecord(deployment.eventQueue.arn, planted),
  );

  expect(deployment.telemetry.lines.length).toBeGreaterThan(0);
  expect(inspect(deployment.telemetry.lines, { depth: null })).not.toContain(planted);
});
