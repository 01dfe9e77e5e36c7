import { describe, expect, test } from '@jest/globals';
import { internalFailure } from '../../../../bench/wire-proxy.ts';
import {
  type DeliveryMessage,
  type DeliveryRef,
  deliveryIdOf,
  messageFor,
} from '../../../../core/deliveries/delivery.ts';
import { claim } from '../../../../core/deliveries/delivery-steps.ts';
import { eventCatalog, eventTypes } from '../../../../core/events/event-catalog.ts';
import { operationalTypes } from '../../../../core/events/operational-events.ts';
import { type SubscribableType, subscribableTypes } from '../../../../core/events/subscribable-events.ts';
import type { EventSelector } from '../../../../core/subscriptions/event-selector.ts';
import type { TestApi } from '../../../support/api.ts';
import { envelopeOf, publishedEvent, sqsRecord, uniqueId } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { type Receiver, unsignedHeaders, verifyCallback } from '../../../support/receiver.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** Deliveries that an owner asks for: of what was delivered or has failed, and of an example. */

const [, { type: other }] = eventCatalog;

let deployment: Deployment;
let api: TestApi;
let receiver: Receiver;
let accountId: string;
let subscriptionId: string;
let secret: string;
prepareDeployment(async (suite) => {
  ({ deployment, api, receiver, accountId } = suite);
  const created = await deployment.subscribe({ accountId, url: receiver.url });
  ({ secret } = created);
  subscriptionId = created.subscription.id;
});

/** An event on its way; answers with the message of its first attempt. */
async function publish(): Promise<DeliveryMessage> {
  const event = publishedEvent({
    time: deployment.clock.now().toISOString(),
    detail: { id: uniqueId('evt'), accountId },
  });
  const sentAt = new Date(event.acceptedAt);
  await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelopeOf(event), { sentAt }));
  const message = deployment.messagesIn('deliveries').find(({ eventId }) => eventId === event.id);
  if (!message) throw new Error('nothing was dispatched');
  return message;
}

async function attempt(message: DeliveryMessage, status: number): Promise<void> {
  receiver.respond((response) => void response.writeHead(status).end());
  await deployment.deliver(sqsRecord(deployment.retryQueue.arn, JSON.stringify(message)));
}

function retry(id: string, caller = accountId) {
  return api.call('POST /deliveries/{id}/retry', { accountId: caller, id });
}

function sendTest(body?: unknown, id = subscriptionId) {
  return api.call('POST /subscriptions/{id}/test', { accountId, id, body });
}

/** The message that was sent for the row as it is now. */
async function sentFor(ref: DeliveryRef): Promise<DeliveryMessage> {
  const { version } = await row(ref);
  const message = deployment
    .messagesIn('retries')
    .find((one) => one.eventId === ref.eventId && one.version === version);
  if (!message) throw new Error('nothing was sent');
  return message;
}

describe('a delivery that is sent again', () => {
  test.each([
    ['was delivered', 204, 'delivered'],
    ['is kept because its receiver was gone', 410, 'parked'],
    ['waits', 500, 'waiting'],
  ])('is called at once, if it %s', async (_, status, before) => {
    const message = await publish();
    await attempt(message, status);
    const id = deliveryIdOf(message);
    expect((await api.call('GET /deliveries/{id}', { accountId, id })).body.status).toBe(before);
    const { subscription } = await enabledAgain();
    const calls = receiver.callbacks.length;

    expect(await retry(id)).toMatchObject({ status: 202, body: { id, status: 'waiting' } });
    await attempt(await sentFor(message), 200);

    expect(receiver.callbacks).toHaveLength(calls + 1);
    const [first, again] = [receiver.callbacks[0], receiver.callbacks.at(-1)];
    if (!first || !again) throw new Error('not called');
    expect([again.headers['webhook-id'], again.body]).toEqual([first.headers['webhook-id'], first.body]);
    expect(verifyCallback(again, secret)).toBeTruthy();
    expect(unsignedHeaders(again)).toEqual({ ...unsignedHeaders(first), 'iomnihub-attempt': '2' });
    expect(subscription.status).toBe('enabled');
    const shown = (await api.call('GET /deliveries/{id}', { accountId, id })).body;
    expect(shown).toMatchObject({ status: 'delivered', attemptCount: 2 });
    expect(shown.attempts).toHaveLength(2);
  });

  test('has a whole schedule again', async () => {
    const message = await publish();
    const id = deliveryIdOf(message);
    await attempt(message, 500);
    for (let count = 0; count < 2; count += 1) await attempt(messageFor(await row(message)), 500);
    expect((await row(message)).state).toBe('exhausted');

    await retry(id);
    await attempt(await sentFor(message), 500);

    expect(await row(message)).toMatchObject({ state: 'waiting', attemptCount: 4 });
  });

  test('may be older than what the schedule allows for an event', async () => {
    const message = await publish();
    await attempt(message, 204);
    const days = 8 * 86_400_000;
    const calls = receiver.callbacks.length;
    deployment.clock.advance(days);
    await retry(deliveryIdOf(message));
    await attempt(await sentFor(message), 204);
    deployment.clock.advance(-days);

    expect(receiver.callbacks).toHaveLength(calls + 1);
  });

  test('makes the message void that waited for it', async () => {
    const message = await publish();
    await attempt(message, 500);
    const waiting = await sentFor(message);
    await retry(deliveryIdOf(message));
    const calls = receiver.callbacks.length;

    await attempt(waiting, 204);
    expect(receiver.callbacks).toHaveLength(calls);
    await attempt(await sentFor(message), 204);
    expect(receiver.callbacks).toHaveLength(calls + 1);
  });

  test('waits until every function has seen the subscription as it is now', async () => {
    const message = await publish();
    await attempt(message, 204);
    const body = { description: 'changed' };
    await api.call('PATCH /subscriptions/{id}', { accountId, id: subscriptionId, body });
    deployment.clock.advance(1_000);
    const inFourSeconds = new Date(deployment.clock.now().getTime() + 4_000).toISOString();

    expect((await retry(deliveryIdOf(message))).body).toMatchObject({ nextAttemptAt: inFourSeconds });
    const sent = deployment.queues.delayedIn('retries').at(-1);
    expect(sent?.delaySeconds).toBe(4);
  });

  test('comes though its message could not be sent: the due index has it', async () => {
    const message = await publish();
    await attempt(message, 204);
    deployment.wire.sqs.intercept(async () => internalFailure);

    expect(await retry(deliveryIdOf(message))).toMatchObject({ status: 202 });
    const dueAt = new Date(deployment.clock.now().getTime() + 60_000).toISOString();
    expect(await row(message)).toMatchObject({ state: 'waiting', dueAt });
    expect(deployment.telemetry.named('delivery.unsent')).toHaveLength(1);
  });

  test('is left alone while its receiver is being called', async () => {
    const message = await publish();
    await attempt(message, 500);
    const before = await row(message);
    const claimed = claim(before, messageFor(before), deployment.clock.now(), 60_000);
    if (!claimed) throw new Error('nothing was claimed');
    await deployment.deliveries.replaceDelivery(before, claimed);

    expect(await retry(deliveryIdOf(message))).toMatchObject({
      status: 409,
      body: { type: 'urn:iomnihub:webhooks:problem:attempt-in-progress' },
    });
  });

  test.each([
    ['disabled', { status: 'disabled' }, ' Enable it with PATCH /subscriptions/{id}, then ask again.'],
    ['deleted', undefined, ''],
  ] as const)(
    'needs a subscription that takes it: one that is %s does not',
    async (status, change, remedy) => {
      const message = await publish();
      await attempt(message, 204);
      if (change)
        await api.call('PATCH /subscriptions/{id}', { accountId, id: subscriptionId, body: change });
      else await api.call('DELETE /subscriptions/{id}', { accountId, id: subscriptionId });

      expect(await retry(deliveryIdOf(message))).toMatchObject({
        status: 409,
        body: {
          type: 'urn:iomnihub:webhooks:problem:subscription-not-enabled',
          detail: `The subscription is ${status}: it takes no callbacks.${remedy}`,
        },
      });
      expect((await row(message)).state).toBe('delivered');
    },
  );

  test('needs an event that is still stored', async () => {
    const message = deployment.messageFor((await enabledAgain()).subscription);
    await attempt(message, 204);

    expect(await retry(deliveryIdOf(message))).toMatchObject({
      status: 409,
      body: { type: 'urn:iomnihub:webhooks:problem:event-not-kept' },
    });
  });

  test('is the account’s own', async () => {
    const message = await publish();
    await attempt(message, 204);

    expect(await retry(deliveryIdOf(message), uniqueId('acc'))).toMatchObject({ status: 404 });
    expect(await retry('dlv_none')).toMatchObject({ status: 404 });
  });

  test('is asked for ten times a second at most, by one account', async () => {
    const message = await publish();
    await attempt(message, 204);
    const id = deliveryIdOf(message);
    const statuses = [];
    for (let count = 0; count < 12; count += 1) statuses.push((await retry(id)).status);

    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 202), 429, 429]);
    deployment.clock.advance(1_000);
    expect(await retry(id)).toMatchObject({ status: 202 });
  });
});

describe('a test event', () => {
  test('is the catalog’s example, delivered as every event is, and shown as a test', async () => {
    const { status, body } = await sendTest({ eventType: other });
    expect([status, body]).toMatchObject([202, { eventType: other, status: 'waiting', subscriptionId }]);
    await attempt(await sentFor({ ...body, accountId }), 204);

    const [callback] = receiver.callbacks;
    if (!callback) throw new Error('not called');
    expect(verifyCallback(callback, secret)).toMatchObject({
      id: body.eventId,
      type: other,
      accountId,
      data: eventCatalog[1].example,
    });
    const facts = {
      'iomnihub-subscription-id': subscriptionId,
      'iomnihub-delivery-id': body.id,
      'iomnihub-event-type': other,
      'iomnihub-attempt': '1',
      'iomnihub-test': 'true',
    };
    expect(unsignedHeaders(callback)).toEqual(facts);
    const shown = (await api.call('GET /deliveries/{id}', { accountId, id: body.id })).body;
    expect(shown).toMatchObject({
      status: 'delivered',
      body: callback.body,
      attempts: [{ request: { headers: facts } }],
    });
    const event = (await api.call('GET /events/{id}', { accountId, id: body.eventId })).body;
    expect(event).toMatchObject({ isTest: true, subscriptions: [{ subscriptionId, outcome: 'delivered' }] });
  });

  test('stays one when it is tried again', async () => {
    const { body } = await sendTest({ eventType: other });
    await attempt(await sentFor({ ...body, accountId }), 500);
    await attempt(await sentFor({ ...body, accountId }), 204);

    const said = receiver.callbacks.map(unsignedHeaders);
    expect(said.map((headers) => [headers['iomnihub-attempt'], headers['iomnihub-test']])).toEqual([
      ['1', 'true'],
      ['2', 'true'],
    ]);
  });

  test.each<[selectors: EventSelector[], sent: SubscribableType]>([
    [[eventTypes[0]], eventTypes[0]],
    ...eventTypes.slice(1).map((only): [EventSelector[], SubscribableType] => [[only], only]),
    [['customer.*'], 'customer.created'],
    [['*'], eventTypes[0]],
    [['webhook.*'], operationalTypes[0]],
    [[], eventTypes[0]],
  ])('of a subscription to %j, if no type is named, is of %s', async (selectors, sent) => {
    const { subscription } = await deployment.subscribe({
      accountId,
      url: receiver.url,
      eventTypes: selectors,
    });

    expect((await sendTest({}, subscription.id)).body.eventType).toBe(sent);
  });

  test.each([
    [0, 5],
    [1, 5],
    [1_000, 4],
    [4_001, 1],
    [5_000, 0],
    [60_000, 0],
  ])(
    '%i ms after its subscription was changed waits %i s: no function sees what was before',
    async (ms, seconds) => {
      const updatedAt = new Date(deployment.clock.now().getTime() - ms).toISOString();
      const { subscription } = await deployment.subscribe({ accountId, url: receiver.url, updatedAt });
      deployment.wire.sqs.reset();
      await sendTest({}, subscription.id);

      expect(deployment.wire.sqs.calls.map(({ input }) => input.DelaySeconds)).toEqual([seconds]);
    },
  );

  test('is nothing that other subscriptions of the account would have to get', async () => {
    await deployment.subscribe({ accountId, url: receiver.url });
    const { body } = await sendTest();

    const event = (await api.call('GET /events/{id}', { accountId, id: body.eventId })).body;
    expect(event.subscriptions).toHaveLength(1);
    expect(deployment.messagesIn('retries')).toHaveLength(1);
  });

  test.each([
    [{ eventType: 'ticket.eaten' }, 'eventType', `must be one of ${subscribableTypes.join(', ')}`],
    [
      { eventType: other.toUpperCase() },
      'eventType',
      `must be one of ${subscribableTypes.join(', ')}; did you mean ${other}?`,
    ],
    [{ url: 'https://elsewhere.example.com' }, 'url', 'is not a field of this request; leave it out'],
    [['ticket.created'], 'body', 'must be a JSON object'],
  ])('is refused with %j', async (body, field, message) => {
    expect(await sendTest(body)).toMatchObject({ status: 400, body: { issues: [{ field, message }] } });
  });

  test('needs a subscription that takes callbacks', async () => {
    await api.call('PATCH /subscriptions/{id}', {
      accountId,
      id: subscriptionId,
      body: { status: 'disabled' },
    });

    expect(await sendTest()).toMatchObject({ status: 409 });
    expect(await sendTest({}, 'sub_none')).toMatchObject({ status: 404 });
  });
});

async function row(ref: DeliveryRef) {
  const found = await deployment.deliveries.findDelivery(ref);
  if (!found) throw new Error('no such delivery');
  return found;
}

/** A 410 has disabled it. */
async function enabledAgain() {
  const body = { status: 'enabled' };
  await api.call('PATCH /subscriptions/{id}', { accountId, id: subscriptionId, body });
  deployment.clock.advance(5_000);
  const subscription = await deployment.subscriptions.findSubscription(accountId, subscriptionId);
  if (!subscription) throw new Error('no such subscription');
  return { subscription };
}
