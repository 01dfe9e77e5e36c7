import { beforeEach, describe, expect, test } from '@jest/globals';
import { createDeliveryHistory } from '../../../../adapters/dynamo-delivery-history.ts';
import { internalFailure } from '../../../../bench/wire-proxy.ts';
import { deliveryIdOf } from '../../../../core/deliveries/delivery.ts';
import { eventTypes } from '../../../../core/events/event-catalog.ts';
import { createTestApi, type TestApi } from '../../../support/api.ts';
import { sqsRecord } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { type Receiver, startReceiver } from '../../../support/receiver.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** A stage on which receivers are asked before they get callbacks. The API only plans the call; the deliverer makes it. */

let deployment: Deployment;
let receiver: Receiver;
let accountId: string;
let api: TestApi;
prepareDeployment((suite) => {
  ({ deployment, receiver, accountId } = suite);
});
beforeEach(() => {
  api = createTestApi(deployment, { receiverVerification: 'required' });
  deployment.clock.advance(1_000);
});

function subscribe(overrides: Record<string, unknown> = {}) {
  const body = { url: receiver.url, eventTypes: [eventTypes[0]], ...overrides };
  return api.call('POST /subscriptions', { accountId, body });
}

const patch = (id: string, body: object) => api.call('PATCH /subscriptions/{id}', { accountId, id, body });
const verify = (id: string) => api.call('POST /subscriptions/{id}/verify', { accountId, id });
const read = async (id: string) => (await api.call('GET /subscriptions/{id}', { accountId, id })).body;

function echo(form: (challenge: string) => string = (challenge) => challenge): void {
  receiver.respond((response, { body }) => {
    const { data } = JSON.parse(body) as { data: { challenge: string } };
    response.end(form(data.challenge));
  });
}

/** Every call that has been asked for is made. */
async function deliverAll(): Promise<void> {
  const records = deployment
    .messagesIn('retries')
    .map((message) => sqsRecord(deployment.retryQueue.arn, JSON.stringify(message)));
  deployment.queues.clear();
  expect(await deployment.deliver(...records)).toEqual({ batchItemFailures: [] });
}

describe('a new subscription', () => {
  test('waits, says that its receiver is asked, and no request has called the receiver', async () => {
    const { status, body } = await subscribe();

    const askedAt = deployment.clock.now().toISOString();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'pending',
      verification: { state: 'asked', askedAt, deliveryId: expect.stringMatching(/^dlv_/) },
    });
    expect(body).not.toHaveProperty('verifiedAt');
    expect(await read(body.id)).toMatchObject({ status: 'pending', verification: body.verification });
    expect(receiver.callbacks).toEqual([]);
  });

  test.each([
    ['alone', (challenge: string) => challenge],
    ['on a line', (challenge: string) => `${challenge}\n`],
    ['as JSON', (challenge: string) => JSON.stringify({ challenge })],
  ])('is enabled by a receiver that echoes the challenge, %s', async (_, form) => {
    echo(form);
    const { body } = await subscribe();
    const askedAt = deployment.clock.now().toISOString();
    deployment.clock.advance(2_000);
    await deliverAll();

    const at = deployment.clock.now().toISOString();
    expect(await read(body.id)).toMatchObject({
      status: 'enabled',
      verifiedAt: at,
      provenAt: at,
      // From which a test that is asked for next counts the seconds until all have seen it enabled.
      updatedAt: at,
      verification: { state: 'verified', askedAt, answeredAt: at, status: 200 },
    });
    expect(receiver.callbacks.map((call) => JSON.parse(call.body))).toMatchObject([
      { type: 'webhook.verify', accountId, data: { challenge: expect.stringMatching(/^.{32}$/) } },
    ]);
  });

  test.each([
    ['says something else', 200, () => 'ok', { reason: 'challenge-not-echoed', status: 200 }],
    [
      'echoes the whole request',
      200,
      (body: string) => body,
      { reason: 'challenge-not-echoed', status: 200 },
    ],
    ['fails', 500, () => '', { reason: 'status', status: 500 }],
    ['is gone', 410, () => '', { reason: 'gone', status: 410 }],
  ])('goes on waiting if its receiver %s, and says why', async (_, code, answer, told) => {
    receiver.respond((response, { body }) => void response.writeHead(code).end(answer(body)));
    const { body } = await subscribe();
    await deliverAll();

    const shown = await read(body.id);
    expect(shown).toMatchObject({ status: 'pending', verification: { state: 'failed', ...told } });
    expect(shown).not.toHaveProperty('verifiedAt');
    await deliverAll();
    expect(receiver.callbacks).toHaveLength(1);
  });

  test('that is to be disabled anyway asks nobody', async () => {
    const { body } = await subscribe({ status: 'disabled' });

    expect(body).toMatchObject({ status: 'disabled' });
    expect(body).not.toHaveProperty('verification');
    expect(deployment.messagesIn('retries')).toEqual([]);
  });

  test('is asked for although its message was refused: the due index owns the call', async () => {
    deployment.wire.sqs.intercept(async () => internalFailure);
    const { status, body } = await subscribe();

    expect(status).toBe(201);
    const stored = await deployment.subscriptions.findSubscription(accountId, body.id);
    const { id: eventId = '', askedAt: acceptedAt = '' } = stored?.verification ?? {};
    const ref = { accountId, subscriptionId: body.id, eventId, eventType: '', acceptedAt };
    expect(await deployment.deliveries.findDelivery(ref)).toMatchObject({
      state: 'waiting',
      eventType: 'webhook.verify',
      dueAt: new Date(deployment.clock.now().getTime() + 60_000).toISOString(),
    });
    expect(deployment.telemetry.named('delivery.unsent')).toHaveLength(1);
  });
});

describe('a receiver', () => {
  test('is asked by a signed call without the owner’s headers', async () => {
    receiver.respond((response, { headers }) => void response.writeHead(400).end(JSON.stringify(headers)));
    const { body } = await subscribe({ headers: { 'x-key': 'PLANTED-5531' } });
    await deliverAll();

    const [call] = receiver.callbacks;
    expect(call?.headers).toMatchObject({ 'webhook-signature': expect.stringMatching(/^v1,/) });
    expect(call?.headers).not.toHaveProperty('x-key');
    expect(JSON.stringify(await read(body.id))).not.toContain('PLANTED');
  });

  test('that was silent can be asked again, and by its consent is enabled', async () => {
    const { body } = await subscribe();
    await deliverAll();
    echo();
    deployment.clock.advance(1_000);

    const asked = await verify(body.id);
    expect(asked).toMatchObject({
      status: 202,
      body: { status: 'pending', verification: { state: 'asked' } },
    });
    expect(asked.body.verification.deliveryId).not.toBe(body.verification.deliveryId);
    await deliverAll();
    expect(await read(body.id)).toMatchObject({ status: 'enabled', verification: { state: 'verified' } });
  });

  test('whose consent is there keeps it when it is asked again and fails', async () => {
    echo();
    const { body } = await subscribe();
    await deliverAll();
    const { verifiedAt } = await read(body.id);
    receiver.respond((response) => void response.writeHead(500).end());
    deployment.clock.advance(1_000);
    await verify(body.id);
    await deliverAll();

    expect(await read(body.id)).toMatchObject({
      status: 'enabled',
      verifiedAt,
      verification: { state: 'failed', reason: 'status' },
    });
  });

  test('of a disabled subscription may consent, and gets nothing all the same', async () => {
    echo();
    const { body } = await subscribe({ status: 'disabled' });
    await verify(body.id);
    await deliverAll();

    const shown = await read(body.id);
    expect(shown).toMatchObject({ status: 'disabled', verification: { state: 'verified' } });
    expect((await patch(body.id, { status: 'enabled' })).body).toMatchObject({ status: 'enabled' });
    expect(receiver.callbacks).toHaveLength(1);
  });

  test('that is being asked is not asked a second time by a change', async () => {
    const { body } = await subscribe();
    deployment.clock.advance(1_000);
    const { verification } = (await patch(body.id, { status: 'enabled', description: 'x' })).body;

    expect(verification).toEqual(body.verification);
    await deliverAll();
    expect(receiver.callbacks).toHaveLength(1);
  });

  test('whose question was lost is asked anew by a change an hour later', async () => {
    const { body } = await subscribe();
    deployment.queues.clear();
    deployment.clock.advance(3_600_001);
    const { verification } = (await patch(body.id, { status: 'enabled' })).body;

    expect(verification).toMatchObject({
      state: 'asked',
      askedAt: deployment.clock.now().toISOString(),
    });
    expect(deployment.messagesIn('retries')).toHaveLength(1);
  });

  test('is asked once, whoever writes to its subscription meanwhile', async () => {
    echo();
    const { body: created } = await subscribe({ status: 'disabled' });
    deployment.wire.table.intercept(async (call) => {
      if (
        call.operation === 'PutItem' &&
        call.input.ConditionExpression === 'subscription.version = :version'
      ) {
        deployment.wire.table.intercept((later) => later.forward());
        const seen = await deployment.subscriptions.findSubscription(accountId, created.id);
        if (seen) await deployment.learn(seen, { receiver: { slowSince: seen.createdAt } });
      }
      return call.forward();
    });

    expect(await patch(created.id, { status: 'enabled' })).toMatchObject({
      status: 200,
      body: { status: 'pending', verification: { state: 'asked' } },
    });
    await deliverAll();
    expect(await read(created.id)).toMatchObject({ status: 'enabled' });
    expect(receiver.callbacks).toHaveLength(1);
  });

  test('is asked by a change of its URL or status alone', async () => {
    const { body } = await subscribe();
    await deliverAll();
    deployment.clock.advance(1_000);

    expect((await patch(body.id, { description: 'x' })).body).toMatchObject({ status: 'pending' });
    expect(deployment.messagesIn('retries')).toEqual([]);
  });

  test('is asked no more than once a second for one account', async () => {
    await subscribe();

    expect(await subscribe()).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
      body: { type: 'urn:iomnihub:webhooks:problem:too-many-requests' },
    });
    expect(deployment.messagesIn('retries')).toHaveLength(1);
    expect(await deployment.subscriptions.listSubscriptions(accountId)).toHaveLength(1);
  });

  test('at a new URL is asked anew, and the old one’s consent does not count for it', async () => {
    echo();
    const { body } = await subscribe();
    await deliverAll();
    const other = await startReceiver();
    // At the same address, which is asked once a second.
    deployment.clock.advance(1_000);
    const moved = (await patch(body.id, { url: other.url })).body;

    expect(moved).toMatchObject({ status: 'pending', verification: { state: 'asked' } });
    expect(moved).not.toHaveProperty('verifiedAt');
    await deliverAll();
    await other.close();
    expect(await read(body.id)).toMatchObject({ status: 'pending', verification: { state: 'failed' } });
    deployment.clock.advance(1_000);
    await patch(body.id, { url: receiver.url });
    await deliverAll();
    expect(await read(body.id)).toMatchObject({ status: 'enabled' });
  });
});

describe('of two requests, one that enables and one that moves', () => {
  test.each([
    ['the move is written first', 'enable', 'move'],
    ['the enabling is written first', 'move', 'enable'],
  ] as const)('%s: consent at the old URL enables nothing at the new one', async (_, late, early) => {
    echo();
    const { body } = await subscribe();
    await deliverAll();
    await patch(body.id, { status: 'disabled' });
    const other = await startReceiver();
    deployment.clock.advance(1_000);
    let first: number | undefined;
    const requests = {
      enable: () => patch(body.id, { status: 'enabled' }),
      move: () => patch(body.id, { url: other.url }),
    };
    deployment.wire.table.intercept(async (call) => {
      if (
        call.operation === 'PutItem' &&
        call.input.ConditionExpression === 'subscription.version = :version'
      ) {
        deployment.wire.table.intercept((later) => later.forward());
        first = (await requests[early]()).status;
      }
      return call.forward();
    });
    expect(await requests[late]()).toMatchObject({ status: 200 });
    expect(first).toBe(200);

    await deliverAll();
    await other.close();
    const shown = await read(body.id);
    expect(shown).toMatchObject({ url: other.url, status: 'pending', verification: { state: 'failed' } });
    expect(shown).not.toHaveProperty('verifiedAt');
  });
});

describe('the call itself', () => {
  test('is seen like any delivery, and is no delivery to send again', async () => {
    echo((challenge) => JSON.stringify({ challenge }));
    const { body } = await subscribe();
    await deliverAll();

    const { deliveryId } = (await read(body.id)).verification;
    expect(await api.call('GET /deliveries/{id}', { accountId, id: deliveryId })).toMatchObject({
      status: 200,
      body: {
        id: deliveryId,
        eventType: 'webhook.verify',
        status: 'delivered',
        body: null,
        attempts: [{ outcome: 'success', status: 200 }],
      },
    });
    expect(await api.call('POST /deliveries/{id}/retry', { accountId, id: deliveryId })).toMatchObject({
      status: 409,
      body: { type: 'urn:iomnihub:webhooks:problem:event-not-kept' },
    });
  });

  test('that fails tells nobody but its owner', async () => {
    receiver.respond((response) => void response.writeHead(410).end());
    const { body } = await subscribe();
    await deliverAll();

    const { deliveryId } = (await read(body.id)).verification;
    expect((await api.call('GET /deliveries/{id}', { accountId, id: deliveryId })).body).toMatchObject({
      status: 'failed',
      reason: 'gone',
    });
    expect(deployment.queues.messagesIn('exhausted')).toEqual([]);
    expect(deliveryId).toBe(deliveryIdOf((await rowsOf(body.id))[0] ?? failTest()));
  });

  test('is kept in the audit log, as the request of whoever asked for it', async () => {
    const { body } = await subscribe();
    deployment.clock.advance(1_000);
    await verify(body.id);

    const { entries } = await api.auditLog.listAudit(accountId, {}, 10);
    expect(entries).toMatchObject([
      { action: 'verification.requested', subscriptionId: body.id, actor: { id: 'key-1' } },
      { action: 'subscription.created', subscriptionId: body.id },
    ]);
  });
});

async function rowsOf(subscriptionId: string) {
  const history = createDeliveryHistory(deployment.table);
  return (await history.listDeliveries(accountId, subscriptionId, {}, 10, undefined)).items;
}

function failTest(): never {
  throw new Error('there is no such row');
}
