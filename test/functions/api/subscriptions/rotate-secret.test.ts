import { describe, expect, test } from '@jest/globals';
import { eventTypes } from '../../../../core/events/event-catalog.ts';
import type { Subscription } from '../../../../core/subscriptions/subscription.ts';
import type { TestApi } from '../../../support/api.ts';
import { sqsRecord } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { type Receiver, verifyCallback } from '../../../support/receiver.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** Who sees a signing secret, and how it is replaced. */

let deployment: Deployment;
let api: TestApi;
let receiver: Receiver;
let accountId: string;
prepareDeployment((suite) => {
  ({ deployment, api, receiver, accountId } = suite);
});

async function create(overrides: Record<string, unknown> = {}) {
  const body = { url: receiver.url, eventTypes: [eventTypes[0]], ...overrides };
  const created = await api.call('POST /subscriptions', { accountId, body });
  expect(created).toMatchObject({ status: 201 });
  return created.body;
}

async function stored(id: string): Promise<Subscription> {
  const found = await deployment.subscriptions.findSubscription(accountId, id);
  if (!found) throw new Error('no such subscription');
  return found;
}

/** What the receiver gets of the next event. */
async function deliverTo(id: string) {
  const message = deployment.messageFor(await stored(id));
  await deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));
  const callback = receiver.callbacks.at(-1);
  if (!callback) throw new Error('nothing was delivered');
  return { callback, delivery: await deployment.deliveries.findDelivery(message) };
}

describe('a signing secret', () => {
  const reveal = (id: string) => api.call('GET /subscriptions/{id}/secret', { accountId, id });
  const rotate = (id: string, body?: unknown) =>
    api.call('POST /subscriptions/{id}/secret/rotate', { accountId, id, body });

  test('is revealed to who may manage, as the one that signs', async () => {
    const { id, secret } = await create();

    expect(await reveal(id)).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: { secret, createdAt: deployment.clock.now().toISOString(), previous: [] },
    });
    expect(verifyCallback((await deliverTo(id)).callback, secret)).toEqual({ data: 'ação' });
  });

  test('is not revealed unless that could be written down before', async () => {
    const { id } = await create();
    deployment.wire.table.intercept(async (call) =>
      call.operation === 'PutItem' ? { status: 500, body: { __type: 'InternalFailure' } } : call.forward(),
    );

    const answer = await reveal(id);
    expect(answer).toMatchObject({ status: 500 });
    expect(JSON.stringify(answer)).not.toContain('whsec_');
  });

  test('is rotated without a break: both sign until the overlap ends, then the new one alone', async () => {
    const { id, secret: old } = await create();

    const rotated = await rotate(id, { overlapSeconds: 60 });

    expect(rotated).toMatchObject({
      status: 200,
      body: {
        secret: expect.stringMatching(/^whsec_/),
        previousExpiresAt: new Date(deployment.clock.now().getTime() + 60_000).toISOString(),
        effectiveAt: new Date(deployment.clock.now().getTime() + 5_000).toISOString(),
      },
    });
    const during = (await deliverTo(id)).callback;
    for (const secret of [old, rotated.body.secret]) verifyCallback(during, secret);
    expect((await reveal(id)).body).toMatchObject({
      secret: rotated.body.secret,
      previous: [{ secret: old, expiresAt: rotated.body.previousExpiresAt }],
    });

    deployment.clock.advance(60_000);
    const { callback } = await deliverTo(id);
    expect(callback.headers['webhook-signature']?.split(' ')).toHaveLength(1);
    expect((await reveal(id)).body.previous).toEqual([]);
    // The receiver's clock is the real one, by which the callback is a minute early.
    verifyCallback(callback, rotated.body.secret);
    deployment.clock.advance(-60_000);
  });

  test.each([
    [{ overlapSeconds: 59 }],
    [{ overlapSeconds: 604_801 }],
    [{ overlapSeconds: 60.5 }],
    [{ overlapSeconds: '60' }],
  ])('refuses the overlap %j', async (body) => {
    const { id } = await create();

    expect(await rotate(id, body)).toMatchObject({
      status: 400,
      body: {
        issues: [{ field: 'overlapSeconds', message: 'must be a whole number of seconds from 60 to 604800' }],
      },
    });
  });

  test('overlaps for a day if nothing is said', async () => {
    const { id } = await create();

    expect((await rotate(id)).body.previousExpiresAt).toBe(
      new Date(deployment.clock.now().getTime() + 86_400_000).toISOString(),
    );
  });

  test('ends the oldest of many that sign: a leaked one cannot be kept alive', async () => {
    const { id } = await create();
    const rotated: unknown[] = [];
    for (let times = 0; times < 6; times += 1) rotated.push((await rotate(id)).body.secret);

    const { secret, previous } = (await reveal(id)).body;
    const live = [secret, ...previous.map((each: { secret: string }) => each.secret)];
    expect(live).toEqual(rotated.slice(-5).toReversed());
  });

  test('leaves one trace of a rotation, however often others come between', async () => {
    const { id } = await create();
    let times = 0;
    deployment.wire.table.intercept(async (call) => {
      if (call.operation === 'PutItem' && call.input.ConditionExpression && times < 2) {
        times += 1;
        // Entries of one moment and request are one.
        deployment.clock.advance(1);
        return { status: 400, body: { __type: 'ConditionalCheckFailedException', message: '' } };
      }
      return call.forward();
    });

    expect(await rotate(id)).toMatchObject({ status: 200 });
    expect(times).toBe(2);
    const { entries } = await api.auditLog.listAudit(accountId, {}, 10);
    expect(entries.filter(({ action }) => action === 'secret.rotated')).toHaveLength(1);
  });

  test('leaves a trace each time that it is revealed or rotated', async () => {
    const { id } = await create();
    deployment.clock.advance(1_000);
    await reveal(id);
    deployment.clock.advance(1_000);
    await rotate(id, { overlapSeconds: 60 });

    const { entries } = await api.auditLog.listAudit(accountId, {}, 10);
    expect(entries).toMatchObject([
      { action: 'secret.rotated', subscriptionId: id, details: { overlapSeconds: 60 } },
      { action: 'secret.revealed', subscriptionId: id, actor: { kind: 'api-key', id: 'key-1' } },
      { action: 'subscription.created', subscriptionId: id },
    ]);
    expect(JSON.stringify(entries)).not.toContain('whsec_');
  });
});
