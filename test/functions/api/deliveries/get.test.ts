import { describe, expect, test } from '@jest/globals';
import { type DeliveryMessage, deliveryIdOf } from '../../../../core/deliveries/delivery.ts';
import { eventCatalog } from '../../../../core/events/event-catalog.ts';
import type { Subscription } from '../../../../core/subscriptions/subscription.ts';
import type { TestApi } from '../../../support/api.ts';
import { attempt, envelopeOf, publishedEvent, sqsRecord, uniqueId } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import type { Receiver } from '../../../support/receiver.ts';
import { prepareDeployment } from '../../../support/suite.ts';

let deployment: Deployment;
let api: TestApi;
let receiver: Receiver;
let accountId: string;
let subscription: Subscription;
prepareDeployment(async (suite) => {
  ({ deployment, api, receiver, accountId } = suite);
  ({ subscription } = await deployment.subscribe({ accountId, url: receiver.url }));
});

/** One attempt, which is answered with this status. */
async function deliver(
  status: number,
  message = deployment.messageFor(subscription),
): Promise<DeliveryMessage> {
  // Of a URL that has never answered 2xx, one a second.
  deployment.clock.advance(1_000);
  receiver.respond((response) => void response.writeHead(status).end('their words'));
  await deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));
  return message;
}

function list(query: Record<string, string> = {}, id = subscription.id) {
  return api.call('GET /subscriptions/{id}/deliveries', { accountId, role: 'read', id, query });
}

function get(id: string, caller = accountId) {
  return api.call('GET /deliveries/{id}', { accountId: caller, role: 'read', id });
}

describe('a delivery', () => {
  test('that was made shows its attempt', async () => {
    const message = await deliver(204);
    const id = deliveryIdOf(message);

    expect(await get(id)).toMatchObject({
      status: 200,
      body: {
        id,
        subscriptionId: subscription.id,
        eventId: message.eventId,
        eventType: message.eventType,
        acceptedAt: message.acceptedAt,
        status: 'delivered',
        attemptCount: 1,
        attempts: [{ outcome: 'success', status: 204, startedAt: deployment.clock.now().toISOString() }],
      },
    });
  });

  test('that failed and waits says why, what the receiver said, and when it is tried again', async () => {
    const id = deliveryIdOf(await deliver(503));

    const { body } = await get(id);
    expect(body).toMatchObject({
      status: 'waiting',
      responseStatus: 503,
      // By the schedule's second gap, without the margin after which the sweeper takes over.
      nextAttemptAt: new Date(deployment.clock.now().getTime() + 5_000).toISOString(),
      attempts: [{ outcome: 'failure', reason: 'status', status: 503, responseExcerpt: 'their words' }],
    });
    expect(Object.keys(body).toSorted()).toEqual([
      'acceptedAt',
      'attemptCount',
      'attempts',
      'body',
      'eventId',
      'eventType',
      'id',
      'nextAttemptAt',
      'responseStatus',
      'sentences',
      'status',
      'subscriptionId',
      'updatedAt',
    ]);
  });

  test('shows what the receiver was sent and at which address, without what is secret', async () => {
    const headers = { 'X-Api-Key': 'PLANTED-5531' };
    const body = { url: `${receiver.url}/hooks`, eventTypes: [eventCatalog[0].type], headers };
    const created = await api.call('POST /subscriptions', { accountId, body });
    const time = deployment.clock.now().toISOString();
    const event = publishedEvent({ time, detail: { id: uniqueId('evt'), accountId } });
    const sentAt = new Date(event.acceptedAt);
    await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelopeOf(event), { sentAt }));
    const [message] = deployment
      .messagesIn('deliveries')
      .filter(({ subscriptionId }) => subscriptionId === created.body.id);
    if (!message) throw new Error('nothing was dispatched');
    await deliver(200, message);

    const shown = (await get(deliveryIdOf(message))).body;
    const got = receiver.callbacks.at(-1);
    expect(shown.body).toBe(got?.body);
    expect(shown.attempts[0]).toMatchObject({
      remoteAddress: '127.0.0.1',
      request: {
        method: 'POST',
        origin: new URL(receiver.url).origin,
        headers: {
          'content-type': got?.headers['content-type'],
          'user-agent': got?.headers['user-agent'],
          'webhook-id': got?.headers['webhook-id'],
          'webhook-timestamp': got?.headers['webhook-timestamp'],
          'webhook-signature': '********',
          'x-api-key': '********',
        },
      },
    });
    expect(JSON.stringify(shown)).not.toMatch(/PLANTED|v1,/);
  });

  test('that was called very often shows the latest of its attempts', async () => {
    const message = await deliver(500);
    for (let second = 0; second < 60; second += 1) {
      const startedAt = new Date(Date.parse(message.acceptedAt) + second * 1_000).toISOString();
      await deployment.deliveries.recordAttempt(message, { ...attempt(), startedAt });
    }

    const { attempts } = (await get(deliveryIdOf(message))).body;
    expect(attempts).toHaveLength(50);
    expect(attempts.at(-1).startedAt).toBe(new Date(Date.parse(message.acceptedAt) + 59_000).toISOString());
    expect(attempts[0].startedAt < attempts[1].startedAt).toBe(true);
  });

  test('whose event is no longer kept shows no body', async () => {
    expect((await get(deliveryIdOf(await deliver(204)))).body.body).toBeNull();
  });

  test('that is kept because its receiver is gone says so', async () => {
    const id = deliveryIdOf(await deliver(410));

    expect((await get(id)).body).toMatchObject({
      status: 'parked',
      reason: 'disabled',
      attemptCount: 1,
      sentences: [{ code: 'delivery.parked' }, { code: 'parked.disabled-until' }],
    });
    expect((await get(id)).body).not.toHaveProperty('nextAttemptAt');
  });

  test('that its receiver ended says so, and shows what the answer asked for', async () => {
    const message = deployment.messageFor(subscription);
    deployment.clock.advance(1_000);
    receiver.respond(
      (response) => void response.writeHead(503, { 'webhook-delivery': 'abort-message' }).end(),
    );
    await deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));

    expect((await get(deliveryIdOf(message))).body).toMatchObject({
      status: 'failed',
      reason: 'aborted',
      sentences: [{ code: 'delivery.exhausted' }, { code: 'failure.aborted' }],
      attempts: [{ outcome: 'failure', status: 503, directive: 'abort-message' }],
    });
  });

  test('of another account is as unknown as one that there never was', async () => {
    const id = deliveryIdOf(await deliver(204));
    const answers = await Promise.all([
      get(id, uniqueId('acc')),
      get(deliveryIdOf(deployment.messageFor(subscription))),
      ...['dlv_', 'dlv_!!', 'dlv_YQ', `${id}x`, `x${id}`, `dlv_${'A'.repeat(400)}`].map((one) => get(one)),
    ]);

    for (const answer of answers)
      expect([answer.status, answer.body.type]).toEqual([404, 'urn:iomnihub:webhooks:problem:not-found']);
  });
});

describe('a subscription’s deliveries', () => {
  const daysAgo = (days: number) =>
    new Date(deployment.clock.now().getTime() - days * 86_400_000).toISOString();

  test('are listed newest first, by pages, each once', async () => {
    const messages: DeliveryMessage[] = [];
    for (let count = 0; count < 5; count += 1) messages.push(await deliver(204));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { status, body } = await list({ limit: '2', ...(cursor ? { cursor } : {}) });
      expect(status).toBe(200);
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    } while (cursor);

    expect(seen).toEqual(messages.map(deliveryIdOf).toReversed());
  });

  test('are filtered by status, type and time', async () => {
    const [common, other] = eventCatalog;
    const day = daysAgo(2).slice(0, 10);
    const made = async (status: number, acceptedAt: string, overrides: Partial<DeliveryMessage> = {}) =>
      deliveryIdOf(
        await deliver(status, { ...deployment.messageFor(subscription), acceptedAt, ...overrides }),
      );
    const delivered = await made(204, `${day}T17:00:00.000Z`);
    // No status that there is, and yet an answer.
    const waiting = await made(600, `${day}T17:00:01.000Z`);
    const typed = await made(204, `${day}T17:00:02.000Z`, { eventType: other.type });
    const later = await made(204, `${day}T18:00:00.000Z`);
    const ids = async (query: Record<string, string>) =>
      (await list(query)).body.items.map(({ id }: { id: string }) => id).toSorted();

    expect(await ids({ status: 'waiting' })).toEqual([waiting]);
    expect(await ids({ status: 'delivered' })).toEqual([delivered, typed, later].toSorted());
    expect(await ids({ status: 'failed' })).toEqual([]);
    expect(await ids({ statusClass: '5xx' })).toEqual([waiting]);
    expect(await ids({ statusClass: '2xx' })).toEqual([delivered, typed, later].toSorted());
    expect(await ids({ statusClass: 'none' })).toEqual([]);
    expect(await ids({ statusClass: '2xx', eventType: other.type, status: 'delivered' })).toEqual([typed]);
    expect(await ids({ eventType: other.type })).toEqual([typed]);
    expect(await ids({ status: 'waiting,failed' })).toEqual([waiting]);
    expect(await ids({ status: 'failed,delivered,waiting' })).toEqual(
      [delivered, waiting, typed, later].toSorted(),
    );
    expect(await ids({ statusClass: '5xx,2xx' })).toEqual([delivered, waiting, typed, later].toSorted());
    expect(await ids({ statusClass: 'none,5xx' })).toEqual([waiting]);
    expect(await ids({ statusClass: '2xx,4xx', status: 'waiting,cancelled' })).toEqual([]);
    expect(await ids({ eventType: `${other.type},${common.type}` })).toEqual(
      [delivered, waiting, typed, later].toSorted(),
    );
    expect(await ids({ eventType: 'ticket.*', statusClass: '5xx' })).toEqual([waiting]);
    expect(await ids({ eventType: `customer.*,${other.type}` })).toEqual([typed]);
    expect(await ids({ eventType: 'webhook.*' })).toEqual([]);
    expect(await ids({ eventType: '*', status: 'waiting' })).toEqual([waiting]);
    expect(await ids({ since: `${day}T19:00:00+01:00` })).toEqual([later]);
    expect(await ids({ until: `${day}T17:59:59Z` })).toEqual([delivered, waiting, typed].toSorted());
    expect(await ids({ since: `${day}T18:00:00Z`, until: `${day}T18:00:00Z` })).toEqual([later]);
  });

  test('that no receiver answered are found as well', async () => {
    await deliver(204);
    await receiver.close();
    const unanswered = deliveryIdOf(await deliver(204));

    const { body } = await list({ statusClass: 'none' });
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([unanswered]);
  });

  test('that hardly fit a filter are found on a later page, and no request reads for ever', async () => {
    for (let count = 0; count < 3; count += 1) await deliver(204);
    const rare = deliveryIdOf(
      await deliver(500, { ...deployment.messageFor(subscription), acceptedAt: daysAgo(3) }),
    );

    const { body } = await list({ status: 'waiting', limit: '1' });
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([rare]);
  });

  test.each([
    ['status', 'lost', 'must be one of waiting, parked, delivered, failed, cancelled'],
    ['statusClass', '200', 'must be one of 2xx, 3xx, 4xx, 5xx, none'],
    ['since', 'yesterday', 'must be a time such as 2026-11-23T16:55:00Z'],
    ['limit', '0', 'must be a whole number from 1 to 100'],
    ['cursor', 'made-up', 'must be a nextCursor of this very list, with the same filter'],
    ['color', 'red', 'is not a field of this request; leave it out'],
    ['type', 'ticket.*', 'is not a field of this request; did you mean eventType?'],
  ])('are not listed by %s=%s', async (field, value, message) => {
    expect(await list({ [field]: value })).toMatchObject({
      status: 400,
      body: { issues: [{ field, message }] },
    });
  });

  test('are not listed for a time that ends before it begins', async () => {
    expect(await list({ since: '2026-11-24T00:00:00Z', until: '2026-11-23T00:00:00Z' })).toMatchObject({
      status: 400,
      body: { issues: [{ field: 'since', message: 'must not be after until' }] },
    });
  });

  test('of another account, or of none, are not there', async () => {
    const { subscription: foreign } = await deployment.subscribe({ url: receiver.url });

    expect(await list({}, foreign.id)).toMatchObject({ status: 404 });
    expect(await list({}, 'sub_none')).toMatchObject({ status: 404 });
  });

  test('are filtered by types that the catalog does not know, if the asterisk covers them', async () => {
    const newer = deliveryIdOf(
      await deliver(204, { ...deployment.messageFor(subscription), eventType: 'ticket.of-a-newer-version' }),
    );
    await deliver(204, { ...deployment.messageFor(subscription), eventType: 'tickets.none' });

    const { body } = await list({ eventType: 'ticket.*' });
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([newer]);
  });

  test('have cursors that are good for the same filter in another order', async () => {
    for (let count = 0; count < 2; count += 1) await deliver(204);
    const { nextCursor: cursor } = (await list({ limit: '1', status: 'delivered,failed' })).body;

    expect(await list({ cursor, status: 'failed,delivered' })).toMatchObject({ status: 200 });
    expect(await list({ cursor, status: 'delivered' })).toMatchObject({ status: 400 });
    expect(await list({ cursor })).toMatchObject({ status: 400 });
  });

  test('have cursors of their own: another subscription’s is none', async () => {
    for (let count = 0; count < 2; count += 1) await deliver(204);
    const { nextCursor: cursor } = (await list({ limit: '1' })).body;
    const { subscription: sibling } = await deployment.subscribe({ accountId, url: receiver.url });

    expect(cursor).toEqual(expect.any(String));
    expect(await list({ cursor }, sibling.id)).toMatchObject({ status: 400 });
  });
});
