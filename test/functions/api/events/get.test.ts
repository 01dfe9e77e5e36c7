import { describe, expect, test } from '@jest/globals';
import { eventCatalog } from '../../../../core/events/event-catalog.ts';
import { operationalTypes } from '../../../../core/events/operational-events.ts';
import { subscribableTypes } from '../../../../core/events/subscribable-events.ts';
import type { Subscription } from '../../../../core/subscriptions/subscription.ts';
import type { TestApi } from '../../../support/api.ts';
import { envelopeOf, publishedEvent, sqsRecord, uniqueId } from '../../../support/builders.ts';
import type { Deployment } from '../../../support/deployment.ts';
import type { Receiver } from '../../../support/receiver.ts';
import { prepareDeployment } from '../../../support/suite.ts';

/** Why an event did or did not come: one call for each event, with an answer for each subscription. */

const [{ type: published }, { type: other }] = eventCatalog;

let deployment: Deployment;
let api: TestApi;
let receiver: Receiver;
let accountId: string;
prepareDeployment((suite) => {
  ({ deployment, api, receiver, accountId } = suite);
});

async function subscribe(overrides: Partial<Subscription> = {}): Promise<string> {
  const created = await deployment.subscribe({ accountId, url: receiver.url, ...overrides });
  return created.subscription.id;
}

async function publish(type: string = published): Promise<string> {
  const time = deployment.clock.now().toISOString();
  const event = publishedEvent({ type, time, detail: { id: uniqueId('evt'), accountId } });
  const sentAt = new Date(event.acceptedAt);
  await deployment.dispatch(sqsRecord(deployment.eventQueue.arn, envelopeOf(event), { sentAt }));
  return event.id;
}

/** Whatever waits for its first attempt, answered with this status. */
async function deliverAll(answer: number | 'reset'): Promise<void> {
  receiver.respond((response) =>
    answer === 'reset' ? void response.destroy() : void response.writeHead(answer).end(),
  );
  for (const message of deployment.messagesIn('deliveries')) {
    // Of a URL that has never answered 2xx, one a second.
    deployment.clock.advance(1_000);
    await deployment.deliver(sqsRecord(deployment.deliveryQueue.arn, JSON.stringify(message)));
  }
}

function get(id: string, caller = accountId) {
  return api.call('GET /events/{id}', { accountId: caller, role: 'read', id });
}

async function outcomeAt(eventId: string, subscriptionId: string) {
  const { body } = await get(eventId);
  return body.subscriptions.find((one: { subscriptionId: string }) => one.subscriptionId === subscriptionId);
}

describe('at a subscription that takes it, an event', () => {
  test('waits for its first attempt', async () => {
    const id = await subscribe();
    const eventId = await publish();

    expect(await outcomeAt(eventId, id)).toEqual({
      subscriptionId: id,
      outcome: 'waiting',
      explanation: 'The first attempt is about to be made.',
      sentences: [
        { code: 'event.about-to-be-sent', params: {}, text: 'The first attempt is about to be made.' },
      ],
    });
  });

  test('is delivered', async () => {
    const id = await subscribe();
    const eventId = await publish();
    await deliverAll(204);

    expect(await outcomeAt(eventId, id)).toMatchObject({
      outcome: 'delivered',
      explanation: 'The receiver answered 2xx after 1 attempt.',
      delivery: { eventId, status: 'delivered', responseStatus: 204 },
    });
  });

  test('waits for the next attempt, and says when that is', async () => {
    const id = await subscribe();
    const eventId = await publish();
    await deliverAll(503);
    const nextAttemptAt = new Date(deployment.clock.now().getTime() + 5_000).toISOString();

    expect(await outcomeAt(eventId, id)).toMatchObject({
      outcome: 'waiting',
      explanation: expect.stringMatching(
        new RegExp(
          `^The next attempt is planned for ${nextAttemptAt}; 1 attempt so far, the last one answered 503\\. It is down`,
        ),
      ),
      delivery: { responseStatus: 503, nextAttemptAt },
    });
  });

  test('waits after a call that nobody answered, and says that', async () => {
    const id = await subscribe();
    const eventId = await publish();
    await deliverAll('reset');

    expect((await outcomeAt(eventId, id))?.explanation).toMatch(
      /; 1 attempt so far, the last one unanswered: GET \/deliveries\/\{id\} says why\.$/,
    );
  });

  test('is kept because its receiver is gone, and says why', async () => {
    const id = await subscribe();
    const eventId = await publish();
    await deliverAll(410);

    expect(await outcomeAt(eventId, id)).toMatchObject({
      outcome: 'parked',
      explanation: expect.stringMatching(
        /^No attempt is planned; 1 attempt so far: iOmniHub disabled the subscription\. Enable it .* are kept too\.$/,
      ),
      delivery: { reason: 'disabled' },
    });
  });

  test('is cancelled when the subscription goes away before the call', async () => {
    const id = await subscribe();
    const eventId = await publish();
    await deployment.subscriptions.deleteSubscription(accountId, id);
    await deliverAll(204);

    expect(await outcomeAt(eventId, id)).toMatchObject({
      outcome: 'cancelled',
      explanation: 'Cancelled after 0 attempts: the subscription was deleted.',
    });
  });
});

describe('an event whose next attempt is hours away', () => {
  async function publishRefused(id: string) {
    const eventId = await publish();
    await deliverAll(503);
    expect((await outcomeAt(eventId, id)).explanation).toMatch(
      /^The next attempt is planned for [^;]*; .*answered 503\. It is down/,
    );
    return eventId;
  }

  test('will be cancelled if the subscription stays disabled', async () => {
    const id = await subscribe();
    const eventId = await publishRefused(id);
    await api.call('PATCH /subscriptions/{id}', { accountId, id, body: { status: 'disabled' } });

    expect(await outcomeAt(eventId, id)).toMatchObject({
      outcome: 'waiting',
      explanation: expect.stringMatching(
        /It will be cancelled then if the subscription is still disabled\.$/,
      ),
    });
  });

  test('will be cancelled once the subscription is deleted', async () => {
    const id = await subscribe();
    const eventId = await publishRefused(id);
    await api.call('DELETE /subscriptions/{id}', { accountId, id });

    expect(await outcomeAt(eventId, id)).toMatchObject({
      outcome: 'waiting',
      explanation: expect.stringMatching(/It will be cancelled then: the subscription was deleted\.$/),
    });
  });
});

test('an event is explained at more subscriptions than DynamoDB reads at once', async () => {
  const event = publishedEvent({ detail: { id: uniqueId('evt'), accountId } });
  const plan = Array.from({ length: 101 }, (_, nth) => ({
    subscriptionId: `sub_${nth}`,
    decision: 'enqueue' as const,
  }));
  await deployment.events.recordEvent(event, plan, deployment.clock.now());

  const { status, body } = await get(event.id);
  expect(status).toBe(200);
  expect(body.subscriptions).toHaveLength(101);
});

test('a first attempt that is late is said to be late', async () => {
  const id = await subscribe();
  const eventId = await publish();
  deployment.clock.advance(600_000);

  expect((await outcomeAt(eventId, id)).explanation).toMatch(/^The first attempt is late/);
  deployment.clock.advance(-600_000);
});

test('what became of an event is no longer said once its delivery’s row is gone', async () => {
  const id = await subscribe();
  const eventId = await publish();
  const days = 8 * 86_400_000;
  expect(await outcomeAt(eventId, id)).toMatchObject({ outcome: 'waiting' });

  deployment.clock.advance(days);
  expect(await outcomeAt(eventId, id)).toMatchObject({ outcome: 'no-longer-known' });
});

describe('at a subscription that does not take it, an event', () => {
  test.each([
    ['not-subscribed', { eventTypes: [other] }, `did not take events of the type ${published}`],
    ['disabled', { status: 'disabled' }, 'the subscription was disabled'],
    ['pending', { status: 'pending' }, 'had not yet said that it wants callbacks'],
  ] as const)('is %s', async (outcome, overrides, explanation) => {
    const id = await subscribe(overrides);
    const eventId = await publish();

    expect(await outcomeAt(eventId, id)).toEqual({
      subscriptionId: id,
      outcome,
      explanation: expect.stringContaining(explanation),
      sentences: [expect.objectContaining({ code: `event.${outcome}` })],
    });
  });

  test('came while the account was suspended', async () => {
    const id = await subscribe();
    await deployment.accounts.setAccountStatus(accountId, 'suspended', deployment.clock.now());
    const eventId = await publish();
    await deployment.accounts.setAccountStatus(accountId, 'active', deployment.clock.now());

    expect(await outcomeAt(eventId, id)).toMatchObject({ outcome: 'account-suspended' });
  });

  test('came before the subscription did', async () => {
    await subscribe();
    const eventId = await publish();
    const createdAt = deployment.clock.now().toISOString();
    const later = await subscribe({ createdAt });

    expect(await outcomeAt(eventId, later)).toMatchObject({
      outcome: 'created-later',
      explanation: expect.stringContaining(createdAt),
    });
  });
});

describe('an event', () => {
  test('shows itself, its callbacks’ very text, and every subscription once', async () => {
    const ids = [await subscribe(), await subscribe({ eventTypes: [other] })];
    const eventId = await publish();
    await deliverAll(204);

    const { status, body } = await get(eventId);
    expect([status, body]).toMatchObject([
      200,
      { id: eventId, type: published, isTest: false, recordedAt: expect.stringMatching(/Z$/) },
    ]);
    expect(body.body).toBe(receiver.callbacks.at(-1)?.body);
    expect(
      body.subscriptions.map(({ subscriptionId }: { subscriptionId: string }) => subscriptionId),
    ).toEqual(ids.toSorted());
  });

  test('of another account is as unknown as one that there never was', async () => {
    await subscribe();
    const eventId = await publish();

    for (const answer of [await get(eventId, uniqueId('acc')), await get('evt_none'), await get('no/id')])
      expect([answer.status, answer.body.type]).toEqual([404, 'urn:iomnihub:webhooks:problem:not-found']);
  });

  test('is explained by none of its rows rather than by some of them, when DynamoDB throttles', async () => {
    await subscribe();
    const eventId = await publish();
    deployment.wire.table.intercept(async (call) => {
      if (call.operation !== 'BatchGetItem') return call.forward();
      return { status: 200, body: { Responses: {}, UnprocessedKeys: call.input.RequestItems } };
    });

    expect(await get(eventId)).toMatchObject({ status: 500 });
  });
});

describe('an account’s events', () => {
  function list(query: Record<string, string> = {}, caller = accountId) {
    return api.call('GET /events', { accountId: caller, role: 'read', query });
  }
  const idsOf = ({ body }: Awaited<ReturnType<typeof list>>) =>
    body.items.map(({ id }: { id: string }) => id);

  test('are listed newest first, by pages, each once, however many of them came at one moment', async () => {
    await subscribe();
    const positions: string[] = [];
    for (let count = 0; count < 14; count += 1) {
      if (count % 4 === 0) deployment.clock.advance(1);
      positions.push(`${deployment.clock.now().toISOString()} ${await publish()}`);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list({
        limit: '3',
        ...(cursor ? { cursor } : {}),
      });
      expect(page.status).toBe(200);
      expect(page.body.items.length).toBeLessThanOrEqual(3);
      seen.push(...idsOf(page));
      cursor = page.body.nextCursor;
    } while (cursor);

    const newestFirst = positions.sort().toReversed();
    expect(seen).toEqual(newestFirst.map((position) => position.split(' ')[1]));
  });

  test('are filtered by type and time', async () => {
    await subscribe();
    const first = await publish();
    const firstAt = deployment.clock.now().toISOString();
    deployment.clock.advance(60_000);
    const second = await publish(other);
    const secondAt = deployment.clock.now().toISOString();

    const created = await publish('customer.created');

    expect(idsOf(await list({ eventType: published }))).toEqual([first]);
    expect(idsOf(await list({ eventType: other, limit: '1' }))).toEqual([second]);
    expect(idsOf(await list({ eventType: `${other},${published}` }))).toEqual([second, first]);
    expect(idsOf(await list({ eventType: 'ticket.*' }))).toEqual([second, first]);
    expect(idsOf(await list({ eventType: `customer.*,${published}` }))).toEqual([created, first]);
    expect(idsOf(await list({ eventType: '*' }))).toEqual([created, second, first]);
    expect(idsOf(await list({ since: secondAt }))).toEqual([created, second].toSorted().toReversed());
    expect(idsOf(await list({ until: firstAt }))).toEqual([first]);
    expect(await list({ until: '9999-12-31T23:59:59-03:00' })).toMatchObject({ status: 400 });
    expect(await list({ since: 'yesterday' })).toMatchObject({
      status: 400,
      body: { issues: [{ field: 'since' }] },
    });
  });

  test.each([
    ['eventType', 'ticket.taged', /; did you mean ticket\.tagged\?$/],
    ['eventType', 'ticket.*,order.*', /^must be one of .*, ticket\.\*, customer\.\*, webhook\.\*, \*$/],
    ['type', 'ticket.*', /did you mean eventType\?$/],
    ['eventTypes', 'ticket.*', /did you mean eventType\?$/],
  ])('are not listed by %s=%s', async (field, value, message) => {
    expect(await list({ [field]: value })).toMatchObject({
      status: 400,
      body: { issues: [{ field, message: expect.stringMatching(message) }] },
    });
  });

  test('have cursors that are good for the filter that they were given with', async () => {
    await subscribe();
    for (let count = 0; count < 2; count += 1) await publish();
    const { nextCursor: cursor } = (await list({ limit: '1', eventType: `${published},customer.*` })).body;

    expect(await list({ limit: '1', eventType: `customer.*,${published}`, cursor })).toMatchObject({
      status: 200,
    });
    expect(await list({ limit: '1', eventType: published, cursor })).toMatchObject({ status: 400 });
    expect(await list({ limit: '1', cursor, since: '2099-01-01T00:00:00Z' })).toMatchObject({
      status: 400,
      body: { issues: [{ field: 'cursor' }] },
    });
  });

  test('are none of another’s', async () => {
    await subscribe();
    await publish();

    expect(idsOf(await list({}, uniqueId('acc')))).toEqual([]);
  });
});

test('the catalog is served with a schema and an example of each type', async () => {
  const { status, body } = await api.call('GET /event-types', { accountId, role: 'read' });

  expect(status).toBe(200);
  expect(body.items.map(({ type }: { type: string }) => type)).toEqual(subscribableTypes);
  expect(
    body.items.flatMap((entry: { type: string; isOperational: boolean }) =>
      entry.isOperational ? entry.type : [],
    ),
  ).toEqual(operationalTypes);
  for (const { dataSchema, example, name, summary } of body.items) {
    expect(dataSchema).toMatchObject({ type: 'object', properties: expect.any(Object) });
    expect(Object.keys(dataSchema.properties)).toEqual(expect.arrayContaining(dataSchema.required));
    expect(Object.keys(example)).toEqual(expect.arrayContaining(dataSchema.required));
    expect([name, summary]).toEqual([expect.any(String), expect.any(String)]);
  }
});
