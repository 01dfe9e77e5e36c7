import { describe, expect, test } from '@jest/globals';
import { deliveryIdOf } from '../../../core/deliveries/delivery.ts';
import { eventTypes } from '../../../core/events/event-catalog.ts';
import { probes } from '../../../core/receivers/drill.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { createTestApi, type TestApi } from '../../support/api.ts';
import { exhaustedDelivery, publishedEvent, uniqueId } from '../../support/builders.ts';
import type { Deployment } from '../../support/deployment.ts';
import { prepareDeployment } from '../../support/suite.ts';

/**
 * What each request writes, and in which order. Nothing happens that the audit log does not say before. What makes room
 * or lets somebody in comes last, and what keeps somebody out comes first.
 */

let deployment: Deployment;
let api: TestApi;
let accountId: string;
prepareDeployment((suite) => {
  ({ deployment, api } = suite);
  // Of the request alone: no other has used up a limit of this account.
  accountId = uniqueId('account');
});

const bySortKey: Readonly<Record<string, string>> = {
  A: 'account',
  C: 'slot',
  D: 'row',
  E: 'event',
  K: 'listed credential',
  P: 'listed credential',
  S: 'subscription',
};

/** Undefined for what only counts requests. */
function nameOf(key: { readonly pk: { S: string }; readonly sk: { S: string } }): string | undefined {
  const { pk, sk } = { pk: key.pk.S, sk: key.sk.S };
  if (/^L#|#N$/.test(pk)) return undefined;
  if (pk.endsWith('#U')) return `audit ${sk.split('#').at(-1)}`;
  return pk.startsWith('K#') ? 'credential' : bySortKey[sk.slice(0, 1)];
}

/** Not worth a repetition for the SDK. */
const refused = { status: 400, body: { __type: 'ValidationException' } };

/** Notes what is written to the table and sent to a queue from now on. Refuses the write with this index. */
function watchWrites(refusedIndex?: number): readonly string[] {
  const writes: string[] = [];
  deployment.wire.table.intercept(async (call) => {
    const { operation, input } = call;
    const name = /^(Put|Update|Delete)Item$/.test(operation) ? nameOf(input.Item ?? input.Key) : undefined;
    if (name) writes.push(operation === 'DeleteItem' ? `no ${name}` : name);
    return name && writes.length - 1 === refusedIndex ? refused : call.forward();
  });
  deployment.wire.sqs.intercept(async (call) => {
    writes.push('message');
    return call.forward();
  });
  return writes;
}

async function subscribed(overrides: Partial<Subscription> = {}): Promise<string> {
  const { subscription } = await deployment.subscribe({ accountId, ...overrides });
  return subscription.id;
}

const body = { url: 'https://crm.example.com/', eventTypes: [eventTypes[0]] };
const asking = () => createTestApi(deployment, { receiverVerification: 'required' });

async function keyOf(route: string): Promise<string> {
  return (await api.callSigned(route, { accountId })).body.id;
}

/** Prepares, and answers with the request whose writes count. */
type Prepare = () => Promise<() => Promise<{ readonly status: number | undefined }>>;

const requests: [name: string, prepare: Prepare, expected: string[]][] = [
  [
    'a new subscription',
    async () => () => api.call('POST /subscriptions', { accountId, body }),
    ['slot', 'slot', 'audit subscription.created', 'subscription'],
  ],
  [
    'a new subscription with headers, whose receiver is asked first',
    async () => () =>
      asking().call('POST /subscriptions', { accountId, body: { ...body, headers: { 'x-key': 'k' } } }),
    ['slot', 'slot', 'audit headers.changed', 'audit subscription.created', 'row', 'subscription', 'message'],
  ],
  [
    'a changed description',
    async () => {
      const id = await subscribed();
      return () => api.call('PATCH /subscriptions/{id}', { accountId, id, body: { description: 'x' } });
    },
    ['audit subscription.changed', 'subscription'],
  ],
  [
    'a changed URL, whose receiver is asked first',
    async () => {
      const id = await subscribed();
      return () =>
        asking().call('PATCH /subscriptions/{id}', {
          accountId,
          id,
          body: { url: 'https://b.example.com/', headers: { 'x-key': 'k' } },
        });
    },
    ['audit headers.changed', 'audit subscription.changed', 'row', 'subscription', 'message'],
  ],
  [
    'a deletion',
    async () => {
      const { body: created } = await api.call('POST /subscriptions', { accountId, body });
      return () => api.call('DELETE /subscriptions/{id}', { accountId, id: created.id });
    },
    ['audit subscription.deleted', 'no subscription', 'slot'],
  ],
  [
    'another question to a receiver',
    async () => {
      const id = await subscribed();
      return () => api.call('POST /subscriptions/{id}/verify', { accountId, id });
    },
    ['audit verification.requested', 'row', 'subscription', 'message'],
  ],
  [
    'a look at the secret',
    async () => {
      const id = await subscribed();
      return () => api.call('GET /subscriptions/{id}/secret', { accountId, id });
    },
    ['audit secret.revealed'],
  ],
  [
    'a pause',
    async () => {
      const id = await subscribed();
      return () => api.call('POST /subscriptions/{id}/pause', { accountId, id });
    },
    ['audit subscription.paused', 'subscription'],
  ],
  [
    'the end of a pause',
    async () => {
      const id = await subscribed();
      await api.call('POST /subscriptions/{id}/pause', { accountId, id });
      return () => api.call('POST /subscriptions/{id}/resume', { accountId, id });
    },
    ['audit subscription.resumed', 'subscription'],
  ],
  [
    'a new secret',
    async () => {
      const id = await subscribed();
      return () => api.call('POST /subscriptions/{id}/secret/rotate', { accountId, id });
    },
    ['audit secret.rotated', 'subscription'],
  ],
  [
    'a test event',
    async () => {
      const id = await subscribed();
      return () => api.call('POST /subscriptions/{id}/test', { accountId, id });
    },
    ['audit test.sent', 'event', 'row', 'message'],
  ],
  [
    'a delivery that is sent again',
    async () => {
      const subscriptionId = await subscribed();
      const row = exhaustedDelivery({ accountId, subscriptionId });
      const event = publishedEvent({ detail: { id: row.eventId, accountId } });
      await deployment.events.recordEvent(event, [], deployment.clock.now());
      await deployment.deliveries.replaceDelivery(undefined, row);
      return () => api.call('POST /deliveries/{id}/retry', { accountId, id: deliveryIdOf(row) });
    },
    ['event', 'audit delivery.resent', 'row', 'message'],
  ],
  [
    'an event that is sent to a subscription',
    async () => {
      const subscriptionId = await subscribed();
      const event = publishedEvent({ detail: { id: uniqueId('evt'), accountId } });
      await deployment.events.recordEvent(
        event,
        [{ subscriptionId, decision: 'disabled' }],
        deployment.clock.now(),
      );
      return () =>
        api.call('POST /events/{id}/deliveries', { accountId, id: event.id, body: { subscriptionId } });
    },
    ['event', 'audit event.sent', 'row', 'message'],
  ],
  [
    'a new API key',
    async () => () => api.callSigned('POST /accounts/{accountId}/api-keys', { accountId }),
    ['slot', 'slot', 'audit api-key.issued', 'listed credential', 'credential'],
  ],
  [
    'a new session',
    async () => () => api.callSigned('POST /accounts/{accountId}/portal-sessions', { accountId }),
    ['slot', 'slot', 'audit portal-session.issued', 'listed credential', 'credential'],
  ],
  [
    'a key that is revoked',
    async () => {
      const keyId = await keyOf('POST /accounts/{accountId}/api-keys');
      return () => api.callSigned('DELETE /accounts/{accountId}/api-keys/{keyId}', { accountId, keyId });
    },
    ['audit api-key.revoked', 'no credential', 'no listed credential', 'slot'],
  ],
  [
    'a session that is ended',
    async () => {
      const sessionId = await keyOf('POST /accounts/{accountId}/portal-sessions');
      return () =>
        api.callSigned('DELETE /accounts/{accountId}/portal-sessions/{sessionId}', { accountId, sessionId });
    },
    ['audit portal-session.revoked', 'no credential', 'no listed credential', 'slot'],
  ],
  [
    'an account that is suspended',
    async () => () =>
      api.callSigned('PUT /accounts/{accountId}/status', { accountId }, { status: 'suspended' }),
    ['audit account.status-changed', 'account'],
  ],
  [
    'an account that is removed',
    async () => {
      await api.call('POST /subscriptions', { accountId, body });
      await keyOf('POST /accounts/{accountId}/api-keys');
      await keyOf('POST /accounts/{accountId}/portal-sessions');
      return () => api.callSigned('DELETE /accounts/{accountId}', { accountId });
    },
    [
      'audit account.removed',
      'account',
      'no credential',
      'no listed credential',
      'slot',
      'no credential',
      'no listed credential',
      'slot',
      'no subscription',
      'slot',
    ],
  ],
];

test.each(requests)('%s', async (_, prepare, expected) => {
  const request = await prepare();
  const writes = watchWrites();
  const { status = 0 } = await request();

  expect(status).toBeLessThan(300);
  expect(writes).toEqual(expected);
});

test.each(requests)('nothing comes after a write that fails: %s', async (_, prepare, expected) => {
  const tables = expected.filter((name) => name !== 'message');
  for (let failing = 0; failing < tables.length; failing += 1) {
    accountId = uniqueId('account');
    // All accounts together may ask for a few calls a second at one host.
    deployment.clock.advance(1_000);
    const request = await prepare();
    const writes = watchWrites(failing);
    const { status } = await request();

    expect([failing, status, writes]).toEqual([failing, 500, tables.slice(0, failing + 1)]);
    deployment.reset();
  }
});

test('a drill, whose calls are planned side by side', async () => {
  const id = await subscribed();
  const start = () => api.call('POST /subscriptions/{id}/drill', { accountId, id });
  const writes = watchWrites(0);

  expect(await start()).toMatchObject({ status: 500 });
  expect(writes).toEqual(['audit drill.started']);

  deployment.reset();
  deployment.clock.advance(60_000);
  const written = watchWrites();
  expect(await start()).toMatchObject({ status: 202 });
  expect(written).toEqual([
    'audit drill.started',
    ...probes.map(() => 'row'),
    ...probes.map(() => 'message'),
  ]);
});

describe('a subscription whose account is removed meanwhile', () => {
  const create = async () => {
    await deployment.accounts.setAccountStatus(accountId, 'removed', deployment.clock.now());
    const late = createTestApi(deployment, { accountStatus: { findAccountStatus: async () => 'active' } });
    const writes = watchWrites();
    return { answer: () => late.call('POST /subscriptions', { accountId, body }), writes };
  };
  const before = ['slot', 'slot', 'audit subscription.created', 'subscription', 'no subscription'];

  test('is deleted before its slot is free', async () => {
    const { answer, writes } = await create();

    expect(await answer()).toMatchObject({ status: 403 });
    expect(writes).toEqual([...before, 'slot']);
  });

  test('keeps its slot if it cannot be deleted', async () => {
    const { answer, writes } = await create();
    deployment.wire.table.layer(async (call) =>
      call.operation === 'DeleteItem'
        ? { status: 400, body: { __type: 'ValidationException' } }
        : call.forward(),
    );

    expect(await answer()).toMatchObject({ status: 500 });
    expect(writes).toEqual(before.slice(0, -1));
  });
});
