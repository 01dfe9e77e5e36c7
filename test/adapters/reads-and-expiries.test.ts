import { describe, expect, test } from '@jest/globals';
import { createAccountStore } from '../../adapters/dynamo-account-store.ts';
import { createAuditLog } from '../../adapters/dynamo-audit-log.ts';
import { connectTable, type DynamoTable } from '../../adapters/dynamo-client.ts';
import { createContenderStore } from '../../adapters/dynamo-contender-store.ts';
import { createCredentialStore } from '../../adapters/dynamo-credential-store.ts';
import { createDeliveryHistory } from '../../adapters/dynamo-delivery-history.ts';
import { createDeliveryLog } from '../../adapters/dynamo-delivery-log.ts';
import { createEventHistory } from '../../adapters/dynamo-event-history.ts';
import { createEventLog } from '../../adapters/dynamo-event-log.ts';
import { createIdempotencyStore } from '../../adapters/dynamo-idempotency-store.ts';
import { createNamedHosts } from '../../adapters/dynamo-named-hosts.ts';
import { createSlots } from '../../adapters/dynamo-slots.ts';
import { createSubscriptionStore } from '../../adapters/dynamo-subscription-store.ts';
import { createTokenStore } from '../../adapters/dynamo-token-store.ts';
import type { WireProxy } from '../../bench/wire-proxy.ts';
import type { Credential } from '../../core/accounts/credential.ts';
import { hourOf } from '../../core/deliveries/statistics.ts';
import { strictLimit } from '../../core/rate-limit.ts';
import {
  attempt,
  deliveredDelivery,
  deliveryRef,
  publishedEvent,
  statisticsPart,
  subscription,
} from '../support/builders.ts';
import { prepareProxiedTable } from '../support/proxied-table.ts';

let proxy: WireProxy;
let table: DynamoTable;
prepareProxiedTable((proxied) => {
  ({ proxy, table } = proxied);
});

/** Half a second after a full one: what is rounded up is kept for a second more than what is rounded down. */
const now = new Date('2026-11-23T17:00:00.500Z');
const fullSecond = Math.floor(now.getTime() / 1_000);
const hour = 3_600;
const day = 24 * hour;
const event = publishedEvent({ time: now.toISOString() });
const session: Credential = {
  id: 'session_1',
  kind: 'portal-session',
  accountId: 'acc_1',
  secretHash: 'ab'.repeat(32),
  capabilities: ['view', 'manage', 'secrets'],
  description: '',
  createdAt: now.toISOString(),
  expiresAt: now.toISOString(),
};
const claim = { accountId: 'acc_1', keyHash: 'hash', fingerprint: 'print', claimId: 'claim' };
const entry = {
  accountId: 'acc_1',
  at: now.toISOString(),
  action: 'secret.revealed',
  actor: { kind: 'backend', id: 'arn' },
  requestId: 'request',
  sourceIp: '192.0.2.1',
} as const;

type Use = (table: DynamoTable) => Promise<unknown>;

describe('whoever reads this has to see what was written before:', () => {
  test.each<[name: string, read: Use]>([
    ['the status of an account', (on) => createAccountStore(on).findAccountStatus('acc_1')],
    ['a credential', (on) => createCredentialStore(on).findCredential('key_1')],
    [
      'the credentials of an account',
      (on) => createCredentialStore(on).listCredentials('acc_1', 'api-key', now),
    ],
    [
      'whose credential is revoked',
      (on) => createCredentialStore(on).revokeCredential('acc_1', 'api-key', 'key_1'),
    ],
    ['a subscription', (on) => createSubscriptionStore(on).findSubscription('acc_1', 'sub_1')],
    ['the subscriptions of an account', (on) => createSubscriptionStore(on).listSubscriptions('acc_1')],
    ['the row of a delivery', (on) => createDeliveryLog(on).findDelivery(deliveryRef())],
    ['the rows of deliveries', (on) => createDeliveryHistory(on).findDeliveries([deliveryRef()])],
    ['an event', (on) => createEventHistory(on).findEvent('acc_1', 'evt_1')],
    ['the body of an event', (on) => createEventLog(on).readEventBody('acc_1', 'evt_1')],
    [
      'an event that was recorded before',
      async (on) => {
        await createEventLog(on).recordEvent(event, [], now);
        await createEventLog(on).recordEvent(event, [], now);
      },
    ],
    [
      'who holds an Idempotency-Key',
      async (on) => {
        await createIdempotencyStore(on).claimKey(claim, now);
        await createIdempotencyStore(on).claimKey({ ...claim, claimId: 'other' }, now);
      },
    ],
    [
      'which slots are taken',
      (on) =>
        createSlots(on).takeSlot(
          { accountId: 'acc_1', kind: 'api-keys', id: 'a', max: 2 },
          async () => [],
          now,
        ),
    ],
  ])('%s', async (_, read) => {
    await read(table);

    const reads = proxy.calls.filter(({ operation }) => /^(Get|BatchGet|Query)/.test(operation));
    const consistent = reads.map(({ operation, input }) =>
      operation === 'BatchGetItem'
        ? input.RequestItems[table.tableName].ConsistentRead
        : input.ConsistentRead,
    );
    expect(consistent.length).toBeGreaterThan(0);
    expect(consistent).toEqual(consistent.map(() => true));
  });
});

describe('the table removes, by its time to live,', () => {
  test.each<[name: string, write: Use, expiresAt: number]>([
    [
      'an event after the retention',
      (on) => createEventLog(on).recordEvent(event, [], now),
      fullSecond + 30 * day,
    ],
    [
      'an event whose delivery is sent again, after the retention from then on',
      async (on) => {
        await createEventLog(on).recordEvent(event, [], now);
        await createEventLog(on).keepEvent(event.accountId, event.id, new Date(now.getTime() + day * 1_000));
      },
      fullSecond + 31 * day,
    ],
    [
      'a delivery after the retention',
      (on) =>
        createDeliveryLog(on).replaceDelivery(undefined, deliveredDelivery({ updatedAt: now.toISOString() })),
      fullSecond + 30 * day,
    ],
    [
      'an attempt after the retention',
      (on) => createDeliveryLog(on).recordAttempt(deliveryRef(), attempt({ startedAt: now.toISOString() })),
      fullSecond + 30 * day,
    ],
    [
      'an entry of the audit log after 400 days',
      (on) => createAuditLog(on).recordAudit(entry),
      fullSecond + 1 + 400 * day,
    ],
    [
      'the statistics of an hour 14 days after its end',
      (on) => createDeliveryLog(on).recordDelivered([statisticsPart({ hour: hourOf(now) })]),
      fullSecond + hour + 14 * day,
    ],
    [
      'a session at its end, not sooner',
      (on) => createCredentialStore(on).createCredential(session),
      fullSecond + 1,
    ],
    [
      'an Idempotency-Key after a day',
      (on) => createIdempotencyStore(on).claimKey({ ...claim, keyHash: 'new' }, now),
      fullSecond + day,
    ],
    [
      'the bucket of a limit an hour after its last token is valid',
      (on) => createTokenStore(on).reserveTokens(strictLimit('host', 'x', 2), 3, now),
      fullSecond + 2 + hour,
    ],
    [
      'who waits at a host an hour later',
      (on) => createContenderStore(on).addContender('crm.example.com', 'acc_1', now.getTime()),
      fullSecond + 1 + hour,
    ],
    [
      'the hosts that an account named in a minute an hour later',
      (on) => createNamedHosts(on).nameHost('acc_1', 'crm.example.com', now),
      fullSecond + 1 + hour,
    ],
  ])('%s', async (_, write, expiresAt) => {
    await write(table);

    const written = proxy.calls.findLast(({ operation }) =>
      /^(Put|Update|BatchWrite)Item$/.test(operation),
    )?.input;
    const item = written?.Item ?? written?.RequestItems?.[table.tableName]?.[0].PutRequest.Item;
    const given = item?.expiresAt ?? written?.ExpressionAttributeValues?.[':expiry'];
    expect(given).toEqual({ N: String(expiresAt) });
  });

  test.each<[name: string, write: Use]>([
    ['no API key', (on) => createCredentialStore(on).createCredential({ ...withoutEnd, kind: 'api-key' })],
    ['no subscription', (on) => createSubscriptionStore(on).createSubscription(subscription())],
    ['no status of an account', (on) => createAccountStore(on).setAccountStatus('acc_1', 'removed', now)],
  ])('%s', async (_, write) => {
    await write(table);

    const written = proxy.calls.map(({ input }) => Object.keys(input.Item));
    expect(written.length).toBeGreaterThan(0);
    expect(written.flat()).not.toContain('expiresAt');
  });
  const { expiresAt: _, ...withoutEnd } = session;
});

test('a retention is given in days', () => {
  const { client, retentionSeconds } = connectTable('webhooks', 30);
  client.destroy();

  expect(retentionSeconds).toBe(30 * day);
});
