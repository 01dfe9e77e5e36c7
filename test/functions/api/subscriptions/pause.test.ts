import { describe, expect, test } from '@jest/globals';
import { type DeliveryMessage, deliveryIdOf, messageFor } from '../../../../core/deliveries/delivery.ts';
import { operationalCatalog } from '../../../../core/events/operational-events.ts';
import type { Breaker } from '../../../../core/receivers/breaker.ts';
import type { Subscription } from '../../../../core/subscriptions/subscription.ts';
import type { TestApi } from '../../../support/api.ts';
import { envelopeOf, publishedEvent, sqsRecord, uniqueId } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import type { Receiver } from '../../../support/receiver.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** What owners do about deliveries that are held back: pause, resume, enable, disable. */

let deployment: Deployment;
let api: TestApi;
let receiver: Receiver;
let accountId: string;
let id: string;
prepareDeployment(async (suite) => {
  ({ deployment, api, receiver, accountId } = suite);
  const { subscription } = await deployment.subscribe({ accountId, url: receiver.url });
  ({ id } = subscription);
});

const inSeconds = (seconds: number) =>
  new Date(deployment.clock.now().getTime() + seconds * 1_000).toISOString();
const pause = (body?: unknown, more = {}) =>
  api.call('POST /subscriptions/{id}/pause', { accountId, id, body, ...more });
const resume = (more = {}) => api.call('POST /subscriptions/{id}/resume', { accountId, id, ...more });
const patch = (body: unknown) => api.call('PATCH /subscriptions/{id}', { accountId, id, body });
const read = () => api.call('GET /subscriptions/{id}', { accountId, id });

async function stored(): Promise<Subscription> {
  const found = await deployment.subscriptions.findSubscription(accountId, id);
  if (!found) throw new Error('no such subscription');
  return found;
}

async function write(facts: Partial<Subscription>): Promise<void> {
  const seen = await stored();
  await deployment.subscriptions.replaceSubscription(seen, { ...seen, ...facts, version: seen.version + 1 });
}

async function told(): Promise<object[]> {
  return (await stored()).outbox?.map(({ type, data }) => ({ type, ...data })) ?? [];
}

async function audited(): Promise<string[]> {
  return (await api.auditLog.listAudit(accountId, {}, 100)).entries.map(({ action }) => action);
}

/** An event whose first message the deliverer gets. */
async function publish(): Promise<DeliveryMessage> {
  const event = publishedEvent({
    time: deployment.clock.now().toISOString(),
    detail: { id: uniqueId('evt'), accountId },
  });
  const sentAt = new Date(event.acceptedAt);
  await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelopeOf(event), { sentAt }));
  const message = deployment.messagesIn('deliveries').find(({ eventId }) => eventId === event.id);
  if (!message) throw new Error('nothing was dispatched');
  await deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));
  return message;
}

/** Sweeps until the next step of a drain, and gives the deliverer all that was released. */
async function sweep(): Promise<void> {
  await deployment.sweep();
  for (const message of deployment.messagesIn('retries'))
    await deployment.deliver(sqsRecord(deployment.retryQueue.arn, JSON.stringify(message)));
  deployment.clock.advance(61_000);
}

const breakerOf = (facts: Partial<Breaker> = {}): Breaker =>
  ({ state: 'open', openedAt: inSeconds(-60), openings: 2, until: inSeconds(600), ...facts }) as Breaker;
const failing = {
  since: '2026-11-23T16:55:00.000Z',
  count: 5,
  eventId: 'evt_1',
  lastReason: 'status' as const,
};
const actor = { kind: 'api-key', id: 'key-1' };

describe('a pause', () => {
  test('is shown, told and recorded, with its end and with who asked for it', async () => {
    const until = inSeconds(600);
    const paused = { since: inSeconds(0), until, by: actor };

    expect(await pause({ until })).toMatchObject({
      status: 200,
      body: { paused, health: { level: 'paused' }, effectiveAt: inSeconds(5) },
    });

    expect((await read()).body).toMatchObject({ paused, parked: { count: 0, isMore: false } });
    expect(await told()).toEqual([
      expect.objectContaining({ type: 'webhook.subscription.paused', until, actor }),
    ]);
    expect((await api.auditLog.listAudit(accountId, {}, 1)).entries).toEqual([
      expect.objectContaining({
        action: 'subscription.paused',
        subscriptionId: id,
        actor,
        details: { until },
      }),
    ]);
    expect(deployment.telemetry.counts.SubscriptionsPaused).toBe(1);
  });

  test('without an end lasts for 7 days at the most', async () => {
    expect((await pause()).body.paused.until).toBe(inSeconds(7 * 86_400));
  });

  test('that has begun gets a new end, and keeps its beginning', async () => {
    const since = inSeconds(0);
    await pause({ until: inSeconds(600) });
    deployment.clock.advance(1_000);
    const until = inSeconds(60);

    expect((await pause({ until })).body.paused).toEqual({ since, until, by: actor });
  });

  test.each([
    ['in the past', () => inSeconds(-1), /^must be in the future$/],
    ['now', () => inSeconds(0), /^must be in the future$/],
    [
      'later than in 7 days',
      () => inSeconds(7 * 86_400 + 1),
      /^must be at most 7 days ahead: \d{4}-.* at the latest$/,
    ],
    ['no time', () => 'soon', /^must be a time such as/],
  ])('that ends %s is refused', async (_, until, message) => {
    expect(await pause({ until: until() })).toMatchObject({
      status: 400,
      body: { issues: [{ field: 'until', message: expect.stringMatching(message) }] },
    });
    expect((await stored()).pause).toBeUndefined();
  });

  test.each(['disabled', 'pending'] as const)('of a %s subscription is refused', async (status) => {
    await write({ status });

    expect(await pause()).toMatchObject({
      status: 409,
      body: { type: expect.stringMatching(/subscription-not-enabled$/) },
    });
    expect(await resume()).toMatchObject({ status: 409 });
    expect(await audited()).toEqual([]);
  });

  test('loses nothing: what comes is parked, counted, and sent in order once it ends', async () => {
    await pause({ until: inSeconds(600) });
    const first = await publish();
    deployment.clock.advance(1_000);
    const second = await publish();
    expect(receiver.callbacks).toHaveLength(0);
    expect((await read()).body.parked).toEqual({ count: 2, isMore: false, oldestAt: first.acceptedAt });
    const listed = await api.call('GET /subscriptions/{id}/deliveries', {
      accountId,
      id,
      query: { status: 'parked' },
    });
    expect(listed.body.items.map(({ eventId }: DeliveryMessage) => eventId)).toEqual([
      second.eventId,
      first.eventId,
    ]);

    expect(await resume()).toMatchObject({ status: 200, body: { drain: { since: inSeconds(0) } } });
    await sweep();

    expect(receiver.callbacks.map(({ headers }) => headers['webhook-id'])).toEqual([
      first.eventId,
      second.eventId,
    ]);
  });

  test('lets a test of the owner through', async () => {
    await pause();
    const sent = await api.call('POST /subscriptions/{id}/test', { accountId, id });
    const [message] = deployment.messagesIn('retries');
    expect(sent.body.sentences.map(({ code }: { code: string }) => code)).toEqual(['delivery.waiting']);
    await deployment.deliver(sqsRecord(deployment.retryQueue.arn, JSON.stringify(message)));

    expect(receiver.callbacks).toHaveLength(1);
  });

  test('is told in the answer to a resend, which is parked again', async () => {
    const until = inSeconds(600);
    await pause({ until });
    const message = await publish();
    const deliveryId = deliveryIdOf(message);

    const answer = await api.call('POST /deliveries/{id}/retry', { accountId, id: deliveryId });
    expect(answer).toMatchObject({ status: 202, body: { status: 'waiting' } });
    expect(answer.body.sentences.slice(1)).toEqual([
      expect.objectContaining({ code: 'delivery.held-back' }),
      expect.objectContaining({ code: 'parked.paused-until', params: { at: until } }),
    ]);

    const row = await deployment.deliveries.findDelivery(message);
    if (!row) throw new Error('no row');
    await deployment.deliver(sqsRecord(deployment.retryQueue.arn, JSON.stringify(messageFor(row))));
    const after = await api.call('GET /deliveries/{id}', { accountId, id: deliveryId });
    expect(after.body).toMatchObject({
      status: 'parked',
      reason: 'paused',
      sentences: [{ code: 'delivery.parked' }, { code: 'parked.paused-until' }],
    });
    expect(receiver.callbacks).toHaveLength(0);
  });

  test('is made only by somebody who has seen the subscription as it is', async () => {
    const etag = String((await read()).headers['etag']);
    await patch({ description: 'other' });

    expect(await pause(undefined, { headers: { 'if-match': etag } })).toMatchObject({ status: 412 });
    expect(await resume({ headers: { 'if-match': etag } })).toMatchObject({ status: 412 });
  });
});

describe('resuming', () => {
  test('tells and records that a pause has ended', async () => {
    await pause();
    const { body } = await resume();

    expect(body).not.toHaveProperty('paused');
    expect((await told()).at(-1)).toMatchObject({ type: 'webhook.subscription.resumed', actor });
    expect((await audited())[0]).toBe('subscription.resumed');
  });

  test('has a receiver that fails tried at once', async () => {
    await write({ receiver: { failing, breaker: breakerOf() } });

    expect((await resume()).body.breaker).toEqual({
      state: 'open',
      openedAt: inSeconds(-60),
      openings: 2,
      nextCallAt: inSeconds(0),
    });
    expect(await told()).toEqual([]);
  });

  test('calls a receiver again that asked for fewer calls', async () => {
    await write({ receiver: { throttledUntil: inSeconds(600) } });

    const { body } = await resume();
    expect(body).not.toHaveProperty('throttledUntil');
    expect(body.drain.since).toBe(inSeconds(0));
  });

  test('changes nothing if nothing is held back', async () => {
    const { version } = await stored();

    expect(await resume()).toMatchObject({ status: 200 });
    expect((await stored()).version).toBe(version);
    expect(await audited()).toEqual([]);
  });

  test('ends a pause during which the subscription was disabled', async () => {
    await pause();
    await deployment.learn(await stored(), { receiver: {}, disable: 'gone' });

    expect(await resume()).toMatchObject({ status: 200, body: { status: 'disabled' } });
    expect((await stored()).pause).toBeUndefined();
  });
});

test('what owners are told of their changes is published as it is documented', async () => {
  await pause();
  await resume();
  await patch({ url: 'https://other.example.com/secret', description: 'new' });
  await api.call('POST /subscriptions/{id}/secret/rotate', { accountId, id });
  await patch({ status: 'disabled' });
  await deployment.sweep();

  const ours = deployment.bus.accepted.filter((event) => event.accountId === accountId);
  expect(ours.map(({ type }) => type.replace('webhook.subscription.', ''))).toEqual([
    'paused',
    'resumed',
    'changed',
    'secret-rotated',
    'disabled',
  ]);
  for (const { type, data } of ours) {
    const entry = operationalCatalog.find((one) => one.type === type);
    expect(entry?.data.safeParse(data).error).toBeUndefined();
  }
  expect(new Set(ours.map((event) => event.id)).size).toBe(5);
});

describe('a change of the owner', () => {
  test.each([
    [{ description: 'new', timeoutMs: 2_000 }, { fields: ['description', 'timeoutMs'] }],
    [
      { url: 'https://other.example.com/secret' },
      {
        fields: ['url'],
        to: 'https://other.example.com',
        subscription: { url: 'https://other.example.com/********' },
      },
    ],
    [{ headers: { 'x-key': 'a' } }, { fields: ['headers'] }],
    [{ metadata: { a: '1' } }, { fields: ['metadata'] }],
  ])('%j is told by the names of what has changed', async (body, data) => {
    expect(await patch(body)).toMatchObject({ status: 200 });

    expect(await told()).toMatchObject([{ type: 'webhook.subscription.changed', actor, ...data }]);
    expect(JSON.stringify(await told())).not.toMatch(/secret|"a"/);
  });

  test('that changes nothing is not told', async () => {
    await patch({ description: (await stored()).description, metadata: {} });

    expect(await told()).toEqual([]);
  });

  test('that disables is told once, ends a pause and drops what is parked', async () => {
    await pause();
    const message = await publish();
    await write({ receiver: { failing, breaker: breakerOf() } });

    const { body } = await patch({ status: 'disabled' });
    expect(body).not.toMatchObject({ paused: expect.anything() });
    expect(body).not.toHaveProperty('breaker');
    expect(body).not.toHaveProperty('failing');
    expect((await told()).slice(1)).toMatchObject([
      { type: 'webhook.subscription.disabled', reason: 'owner', actor },
    ]);

    await sweep();
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'cancelled',
      reason: 'subscription-disabled',
    });
    expect(receiver.callbacks).toHaveLength(0);
  });

  test('that enables what we had disabled sends what was kept', async () => {
    await deployment.learn(await stored(), { receiver: {}, disable: 'gone' });
    const message = await publish();
    expect(receiver.callbacks).toHaveLength(0);
    expect((await read()).body).toMatchObject({
      disabledReason: 'gone',
      keptUntil: inSeconds(86_400),
      parked: { count: 1 },
    });

    expect((await patch({ status: 'enabled' })).body).toMatchObject({ drain: { since: inSeconds(0) } });
    expect((await told()).at(-1)).toMatchObject({ type: 'webhook.subscription.changed', fields: ['status'] });
    await sweep();

    expect(receiver.callbacks.map(({ headers }) => headers['webhook-id'])).toEqual([message.eventId]);
  });

  test('may drop what was kept', async () => {
    await deployment.learn(await stored(), { receiver: {}, disable: 'gone' });
    const message = await publish();

    expect((await patch({ status: 'enabled', parked: 'discard' })).body).toMatchObject({
      drain: { discardUntil: inSeconds(0) },
      health: { sentences: expect.arrayContaining([expect.objectContaining({ code: 'health.discarding' })]) },
    });
    await sweep();

    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({
      state: 'cancelled',
      reason: 'discarded',
    });
    expect(receiver.callbacks).toHaveLength(0);
  });

  test('is audited and told where it drops what is kept, also of one that is enabled', async () => {
    await pause();
    const message = await publish();
    deployment.clock.advance(1);

    expect((await patch({ status: 'enabled', parked: 'discard' })).status).toBe(200);

    expect((await api.auditLog.listAudit(accountId, {}, 1)).entries).toMatchObject([
      { action: 'subscription.changed', details: { parked: 'discard' } },
    ]);
    expect((await told()).at(-1)).toMatchObject({
      type: 'webhook.subscription.changed',
      fields: ['parked'],
    });
    await sweep();
    expect(await deployment.deliveries.findDelivery(message)).toMatchObject({ reason: 'discarded' });
  });

  test('drops nothing unless it enables', async () => {
    expect(await patch({ parked: 'discard' })).toMatchObject({
      status: 400,
      body: { issues: [{ field: 'parked', message: 'goes with "status": "enabled"' }] },
    });
  });

  test('is not refused because the receiver has failed since it was read', async () => {
    const { headers } = await read();
    await write({ receiver: { failing, breaker: breakerOf() } });
    const after = await read();
    expect(after.headers['etag']).not.toBe(headers['etag']);

    expect(
      await api.call('PATCH /subscriptions/{id}', {
        accountId,
        id,
        body: { description: 'new' },
        headers: { 'if-match': String(headers['etag']) },
      }),
    ).toMatchObject({ status: 200 });
  });

  test('of the signing secret is told with the end of the old one', async () => {
    const overlapEndsAt = inSeconds(60);
    await api.call('POST /subscriptions/{id}/secret/rotate', { accountId, id, body: { overlapSeconds: 60 } });

    expect(await told()).toMatchObject([
      { type: 'webhook.subscription.secret-rotated', actor, overlapEndsAt },
    ]);
  });
});
