import { describe, expect, test } from '@jest/globals';
import { deliveryIdOf } from '../../../../core/deliveries/delivery.ts';
import { eventTypes } from '../../../../core/events/event-catalog.ts';
import type { TestApi } from '../../../support/api.ts';
import { exhaustedDelivery, publishedEvent, uniqueId } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import { prepareDeployment } from '../../../support/suite.ts';

let deployment: Deployment;
let api: TestApi;
let accountId: string;
prepareDeployment((suite) => {
  ({ deployment, api } = suite);
  accountId = uniqueId('acc');
});

async function subscribe(): Promise<string> {
  deployment.clock.advance(1_000);
  const { subscription } = await deployment.subscribe({ accountId });
  return subscription.id;
}

/** Done one second after what was done before. */
async function act(route: string, more: object): Promise<{ status: number; body: Record<string, unknown> }> {
  deployment.clock.advance(1_000);
  const answer = await api.call(route, { accountId, ...more });
  expect(answer.status).toBeLessThan(300);
  return answer as { status: number; body: Record<string, unknown> };
}

function list(query: Record<string, string> = {}, more: object = {}) {
  return api.call('GET /audit-log', { accountId, query, ...more });
}

describe('the audit log', () => {
  test('has each call that somebody asks for, with what it is about', async () => {
    const subscriptionId = await subscribe();
    const row = exhaustedDelivery({ accountId, subscriptionId });
    const kept = publishedEvent({ detail: { id: row.eventId, accountId } });
    const event = publishedEvent({ detail: { id: uniqueId('evt'), accountId } });
    for (const one of [kept, event])
      await deployment.events.recordEvent(
        one,
        [{ subscriptionId, decision: 'disabled' }],
        deployment.clock.now(),
      );
    await deployment.deliveries.replaceDelivery(undefined, row);

    const tested = await act('POST /subscriptions/{id}/test', {
      id: subscriptionId,
      body: { eventType: eventTypes[1] },
    });
    await act('POST /deliveries/{id}/retry', { id: deliveryIdOf(row) });
    const sent = await act('POST /events/{id}/deliveries', { id: event.id, body: { subscriptionId } });
    const drill = await act('POST /subscriptions/{id}/drill', { id: subscriptionId });

    const by = { actor: { kind: 'api-key', id: 'key-1' }, subscriptionId };
    expect((await list()).body.items).toMatchObject([
      { ...by, action: 'drill.started', details: { drillId: drill.body['id'] } },
      { ...by, action: 'event.sent', details: { eventId: event.id, deliveryId: sent.body['id'] } },
      { ...by, action: 'delivery.resent', details: { deliveryId: deliveryIdOf(row) } },
      { ...by, action: 'test.sent', details: { eventType: eventTypes[1], eventId: tested.body['eventId'] } },
    ]);
  });

  test('has no resend of an event that is no longer kept', async () => {
    const subscriptionId = await subscribe();
    const row = exhaustedDelivery({ accountId, subscriptionId });
    await deployment.deliveries.replaceDelivery(undefined, row);
    deployment.clock.advance(1_000);

    const answer = await api.call('POST /deliveries/{id}/retry', { accountId, id: deliveryIdOf(row) });
    expect(answer).toMatchObject({ body: { type: 'urn:iomnihub:webhooks:problem:event-not-kept' } });
    expect((await list()).body.items).toEqual([]);
  });

  test('shows what was done to one subscription, page by page', async () => {
    const [mine, other] = [await subscribe(), await subscribe()];
    for (const description of ['a', 'b', 'c'])
      for (const id of [mine, other]) await act('PATCH /subscriptions/{id}', { id, body: { description } });

    const query = { subscriptionId: mine, limit: '2' };
    const { body: first } = await list(query);
    const { body: second } = await list({ ...query, cursor: first.nextCursor });

    expect([first.items, second.items].map((items) => items.length)).toEqual([2, 1]);
    for (const entry of [...first.items, ...second.items])
      expect(entry).toHaveProperty('subscriptionId', mine);
    expect(second.nextCursor).toBeNull();
    // A cursor of the whole list is none of the filtered one.
    const { body: whole } = await list({ limit: '2' });
    expect(await list({ ...query, cursor: whole.nextCursor })).toMatchObject({ status: 400 });
  });

  test('has nothing of a subscription of another account', async () => {
    const id = await subscribe();
    await act('PATCH /subscriptions/{id}', { id, body: { description: 'a' } });

    const answer = await list({ subscriptionId: id }, { accountId: uniqueId('acc') });
    expect(answer).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
  });

  test('tells who may only read what was changed, and not by whom or from where', async () => {
    const id = await subscribe();
    await act('PATCH /subscriptions/{id}', { id, body: { timeoutMs: 3_000, description: 'a' } });

    expect((await list({}, { role: 'read' })).body.items).toEqual([
      {
        at: deployment.clock.now().toISOString(),
        action: 'subscription.changed',
        actor: { kind: 'api-key' },
        subscriptionId: id,
        details: { fields: ['description', 'timeoutMs'] },
      },
    ]);
    expect((await list()).body.items[0]).toMatchObject({
      actor: { id: 'key-1' },
      sourceIp: expect.any(String),
      details: { before: { timeoutMs: null }, after: { timeoutMs: 3_000 } },
    });
  });
});
