import { describe, expect, test } from '@jest/globals';
import { type DeliveryMessage, deliveryIdOf, messageFor } from '../../../../core/deliveries/delivery.ts';
import { claim } from '../../../../core/deliveries/delivery-steps.ts';
import { eventCatalog } from '../../../../core/events/event-catalog.ts';
import type { Subscription } from '../../../../core/subscriptions/subscription.ts';
import type { TestApi } from '../../../support/api.ts';
import {
  deliveriesOfEachState,
  envelopeOf,
  publishedEvent,
  sqsRecord,
  uniqueId,
} from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { type Receiver, verifyCallback } from '../../../support/receiver.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** One kept event to one subscription, whatever was decided when the event came. */

const [{ type: published }, { type: other }] = eventCatalog;
const route = 'POST /events/{id}/deliveries';
const problem = (slug: string) => `urn:iomnihub:webhooks:problem:${slug}`;

let deployment: Deployment;
let api: TestApi;
let receiver: Receiver;
let accountId: string;
prepareDeployment(async (suite) => {
  ({ deployment, api, receiver, accountId } = suite);
  // Without a subscription, an account's events are not kept.
  await deployment.subscribe({ accountId, eventTypes: [other], url: receiver.url });
});

async function subscribe(overrides: Partial<Subscription> = {}) {
  const { subscription, secret } = await deployment.subscribe({ accountId, url: receiver.url, ...overrides });
  return { subscriptionId: subscription.id, secret };
}

async function publish() {
  const event = publishedEvent({
    type: published,
    time: deployment.clock.now().toISOString(),
    detail: { id: uniqueId('evt'), accountId },
  });
  const sentAt = new Date(event.acceptedAt);
  await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelopeOf(event), { sentAt }));
  return event;
}

function send(id: string, subscriptionId: string, headers = {}) {
  return api.call(route, { accountId, id, body: { subscriptionId }, headers });
}

/** Long enough for every function to have seen a change. */
async function change(id: string, body: object): Promise<void> {
  await api.call('PATCH /subscriptions/{id}', { accountId, id, body });
  deployment.clock.advance(5_000);
}

const sentMessages = (eventId: string) =>
  deployment.messagesIn('retries').filter((message) => message.eventId === eventId);

async function attempt(message: DeliveryMessage | undefined, status: number): Promise<void> {
  receiver.respond((response) => void response.writeHead(status).end());
  await deployment.deliver(sqsRecord(deployment.retryQueue.arn, JSON.stringify(message)));
}

async function outcomeAt(eventId: string, subscriptionId: string) {
  const { body } = await api.call('GET /events/{id}', { accountId, id: eventId });
  return body.subscriptions.find((one: { subscriptionId: string }) => one.subscriptionId === subscriptionId);
}

describe('an event is sent to a subscription', () => {
  const later = async () =>
    (await subscribe({ createdAt: deployment.clock.now().toISOString() })).subscriptionId;

  test.each<[name: string, before: Partial<Subscription> | 'none', outcome: string]>([
    ['was disabled', { status: 'disabled' }, 'disabled'],
    ['was pending', { status: 'pending' }, 'pending'],
    ['did not take the type, and still does not', { eventTypes: [other] }, 'not-subscribed'],
    ['was not there yet', 'none', 'created-later'],
  ])('that %s when it came', async (_, before, outcome) => {
    const early = before === 'none' ? undefined : (await subscribe(before)).subscriptionId;
    const { id } = await publish();
    const subscriptionId = early ?? (await later());
    await change(subscriptionId, { status: 'enabled' });
    expect(await outcomeAt(id, subscriptionId)).toMatchObject({ outcome });

    const answer = await send(id, subscriptionId);
    expect(answer).toMatchObject({
      status: 202,
      body: { subscriptionId, eventId: id, eventType: published, status: 'waiting', attemptCount: 0 },
    });
    const messages = sentMessages(id);
    expect(messages).toHaveLength(1);
    await attempt(messages[0], 204);

    expect(receiver.callbacks.map(({ headers }) => headers['webhook-id'])).toEqual([id]);
    const { body: event } = await api.call('GET /events/{id}', { accountId, id });
    expect(receiver.callbacks[0]?.body).toBe(event.body);
    expect(await outcomeAt(id, subscriptionId)).toMatchObject({
      outcome: 'delivered',
      explanation: 'Sent because its owner asked for it. The receiver answered 2xx after 1 attempt.',
      delivery: { id: answer.body.id },
    });
    const list = await api.call('GET /subscriptions/{id}/deliveries', { accountId, id: subscriptionId });
    expect(list.body.items.map((one: { id: string }) => one.id)).toEqual([answer.body.id]);
  });

  test('that came while the account was suspended', async () => {
    const { subscriptionId } = await subscribe();
    await deployment.accounts.setAccountStatus(accountId, 'suspended', deployment.clock.now());
    const { id } = await publish();
    await deployment.accounts.setAccountStatus(accountId, 'active', deployment.clock.now());

    expect(await send(id, subscriptionId)).toMatchObject({ status: 202 });
  });

  test('signed with its own secret', async () => {
    const { id } = await publish();
    const { subscriptionId, secret } = await subscribe();
    await send(id, subscriptionId);
    await attempt(sentMessages(id)[0], 204);

    const [callback] = receiver.callbacks;
    if (!callback) throw new Error('not called');
    expect(verifyCallback(callback, secret)).toMatchObject({ id, type: published, accountId });
  });

  test('with a whole schedule, however old it is, and its body is kept until that has ended', async () => {
    const { id, acceptedAt } = await publish();
    const { subscriptionId } = await subscribe();
    const days = 20 * 86_400_000;
    deployment.clock.advance(days);
    const { body } = await send(id, subscriptionId);
    await attempt(sentMessages(id)[0], 500);

    const ref = { accountId, subscriptionId, eventId: id, eventType: published, acceptedAt };
    expect(body.id).toBe(deliveryIdOf(ref));
    expect(await deployment.deliveries.findDelivery(ref)).toMatchObject({
      state: 'waiting',
      attemptCount: 1,
    });
    const keeps = deployment.wire.table.calls.filter(
      ({ operation, input }) => operation === 'UpdateItem' && input.Key.pk.S.endsWith(`#E#${id}`),
    );
    const keptUntil =
      Math.floor(deployment.clock.now().getTime() / 1_000) + deployment.table.retentionSeconds;
    expect(keeps.map(({ input }) => input.ExpressionAttributeValues[':expiry'].N)).toEqual([
      String(keptUntil),
    ]);
    deployment.clock.advance(-days);
  });

  test.each(['delivered', 'exhausted', 'cancelled'] as const)(
    'once more, if its delivery is %s',
    async (state) => {
      const { id, acceptedAt } = await publish();
      const { subscriptionId } = await subscribe();
      const ref = { accountId, subscriptionId, eventId: id, eventType: published, acceptedAt };
      const row = { ...deliveriesOfEachState()[state], ...ref };
      await deployment.deliveries.replaceDelivery(undefined, row);

      const answer = await send(id, subscriptionId);
      expect(answer).toMatchObject({ status: 202, body: { id: deliveryIdOf(ref), attemptCount: 1 } });
      expect(sentMessages(id)).toMatchObject([{ version: row.version + 1 }]);
    },
  );

  test('if its planned delivery was never made, or is no longer known', async () => {
    const { subscriptionId } = await subscribe();
    const { id } = await publish();
    const days = 7 * 86_400_000;
    deployment.clock.advance(days);
    expect(await send(id, subscriptionId)).toMatchObject({ status: 409 });
    deployment.clock.advance(1);
    expect(await send(id, subscriptionId)).toMatchObject({ status: 202 });
    deployment.clock.advance(-days - 1);
  });

  test('as soon as every function has seen that it is enabled', async () => {
    const { subscriptionId } = await subscribe({ status: 'disabled' });
    const { id } = await publish();
    await api.call('PATCH /subscriptions/{id}', {
      accountId,
      id: subscriptionId,
      body: { status: 'enabled' },
    });
    deployment.clock.advance(1_000);
    const nextAttemptAt = new Date(deployment.clock.now().getTime() + 4_000).toISOString();

    expect((await send(id, subscriptionId)).body).toMatchObject({ nextAttemptAt });
    expect(deployment.queues.delayedIn('retries').at(-1)?.delaySeconds).toBe(4);
  });

  test('once for one Idempotency-Key', async () => {
    const { id } = await publish();
    const { subscriptionId } = await subscribe();
    const key = { 'idempotency-key': 'send-1' };
    const first = await send(id, subscriptionId, key);
    const again = await send(id, subscriptionId, key);

    expect([first.status, again.status, again.body]).toEqual([202, 202, first.body]);
    expect(sentMessages(id)).toHaveLength(1);
  });

  test('once, if it is asked for twice at the same time', async () => {
    const { id } = await publish();
    const { subscriptionId } = await subscribe();
    const answers = await Promise.all([send(id, subscriptionId), send(id, subscriptionId)]);

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 409]));
    expect(sentMessages(id)).toHaveLength(1);
  });

  test('also if it is the test event of another one, and is explained at both', async () => {
    const [{ subscriptionId: tested }, { subscriptionId }] = [await subscribe(), await subscribe()];
    const trial = await api.call('POST /subscriptions/{id}/test', { accountId, id: tested });

    expect(await send(trial.body.eventId, subscriptionId)).toMatchObject({ status: 202 });
    const { body } = await api.call('GET /events/{id}', { accountId, id: trial.body.eventId });
    expect(body.subscriptions).toMatchObject([{ subscriptionId: tested }, { subscriptionId }]);
  });
});

describe('an event is not sent to a subscription', () => {
  const waits = (deliveryId: string) => ({
    status: 409,
    body: { type: problem('delivery-waiting'), deliveryId, detail: expect.stringContaining(deliveryId) },
  });

  test('that it is about to reach by itself', async () => {
    const { subscriptionId } = await subscribe();
    const { id, acceptedAt } = await publish();
    const ref = { accountId, subscriptionId, eventId: id, eventType: published, acceptedAt };

    expect(await send(id, subscriptionId)).toMatchObject(waits(deliveryIdOf(ref)));
    expect(sentMessages(id)).toEqual([]);
    expect(await deployment.deliveries.findDelivery(ref)).toBeUndefined();
  });

  test('that it waits for already', async () => {
    const { id } = await publish();
    const { subscriptionId } = await subscribe();
    const { body: first } = await send(id, subscriptionId);

    expect(await send(id, subscriptionId)).toMatchObject(waits(first.id));
    expect(sentMessages(id)).toHaveLength(1);
  });

  test('whose receiver is being called', async () => {
    const { id, acceptedAt } = await publish();
    const { subscriptionId } = await subscribe();
    await send(id, subscriptionId);
    const ref = { accountId, subscriptionId, eventId: id, eventType: published, acceptedAt };
    const row = await deployment.deliveries.findDelivery(ref);
    const claimed = row && claim(row, messageFor(row), deployment.clock.now(), 60_000);
    if (!claimed) throw new Error('nothing was claimed');
    await deployment.deliveries.replaceDelivery(row, claimed);

    expect(await send(id, subscriptionId)).toMatchObject({
      status: 409,
      body: { type: problem('attempt-in-progress') },
    });
  });

  test.each([
    [
      'disabled',
      'The subscription is disabled: it takes no callbacks. Enable it with PATCH /subscriptions/{id}',
    ],
    ['pending', 'The subscription is pending: it takes no callbacks. Ask its receiver for consent with POST'],
  ] as const)('that is %s', async (status, detail) => {
    const { id } = await publish();
    const { subscriptionId } = await subscribe({ status });

    expect(await send(id, subscriptionId)).toMatchObject({
      status: 409,
      body: { type: problem('subscription-not-enabled'), detail: expect.stringContaining(detail) },
    });
    expect(sentMessages(id)).toEqual([]);
  });

  test('of another account, nor is another account’s event, and neither is an id that there never was', async () => {
    const { id } = await publish();
    const { subscriptionId } = await subscribe();
    const { subscription: foreign } = await deployment.subscribe({ url: receiver.url });
    const stranger = foreign.accountId;
    const answers = await Promise.all([
      send(id, foreign.id),
      send(id, 'sub_none'),
      send('evt_none', subscriptionId),
      send('no/id', subscriptionId),
      api.call(route, { accountId: stranger, id, body: { subscriptionId: foreign.id } }),
      api.call(route, { accountId: stranger, id, body: { subscriptionId } }),
    ]);

    for (const { status, body } of answers) expect([status, body.type]).toEqual([404, problem('not-found')]);
    expect(answers.map(({ body }) => body.detail.split(' ')[1])).toEqual([
      'subscription',
      'subscription',
      'event',
      'event',
      'event',
      'event',
    ]);
    expect(sentMessages(id)).toEqual([]);
  });

  test('if it goes while it is asked for', async () => {
    const { id, acceptedAt } = await publish();
    const { subscriptionId } = await subscribe();
    deployment.wire.table.intercept(async (call) =>
      call.operation === 'UpdateItem' && call.input.Key.pk.S.endsWith(`#E#${id}`)
        ? { status: 400, body: { __type: 'ConditionalCheckFailedException', message: '' } }
        : call.forward(),
    );

    expect(await send(id, subscriptionId)).toMatchObject({
      status: 409,
      body: { type: problem('event-not-kept') },
    });
    const ref = { accountId, subscriptionId, eventId: id, eventType: published, acceptedAt };
    expect(await deployment.deliveries.findDelivery(ref)).toBeUndefined();
  });

  test.each([
    [{}, 'subscriptionId'],
    [{ subscriptionId: 'no/id' }, 'subscriptionId'],
    [{ subscriptionId: ['sub_1'] }, 'subscriptionId'],
    [{ subscriptionId: 'sub_1', url: 'https://elsewhere.example.com' }, 'url'],
  ])('by %j', async (body, field) => {
    const { id } = await publish();

    expect(await api.call(route, { accountId, id, body })).toMatchObject({
      status: 400,
      body: { issues: [{ field }] },
    });
  });

  test('more than ten times a second, with resends and tests', async () => {
    const { subscriptionId } = await subscribe();
    const statuses = [];
    for (let count = 0; count < 11; count += 1) {
      const answer =
        count % 2 === 0
          ? await api.call('POST /subscriptions/{id}/test', { accountId, id: subscriptionId })
          : await send((await publishBefore(subscriptionId)).id, subscriptionId);
      statuses.push(answer.status);
    }

    expect(statuses).toEqual([...Array<number>(10).fill(202), 429]);
  });

  /** An event that the subscription did not get. */
  async function publishBefore(subscriptionId: string) {
    const event = publishedEvent({
      time: deployment.clock.now().toISOString(),
      detail: { id: uniqueId('evt'), accountId },
    });
    await deployment.events.recordEvent(
      event,
      [{ subscriptionId, decision: 'disabled' }],
      deployment.clock.now(),
    );
    return event;
  }
});
