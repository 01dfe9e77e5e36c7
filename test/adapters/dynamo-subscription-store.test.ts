import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDeliveryLog } from '../../adapters/dynamo-delivery-log.ts';
import { subscriptionKey } from '../../adapters/dynamo-keys.ts';
import { createSubscriptionStore } from '../../adapters/dynamo-subscription-store.ts';
import { deliveryRef, subscription, uniqueId, waitingDelivery } from '../support/builders.ts';
import { startTable, type TableEngine } from '../support/engines.ts';

let engine: TableEngine;
let store: ReturnType<typeof createSubscriptionStore>;
beforeAll(async () => {
  engine = await startTable();
  store = createSubscriptionStore(engine.table);
});
afterAll(() => engine.close());

describe('listing', () => {
  test('is oldest first, and of one account', async () => {
    const [accountId, other] = [uniqueId('acc'), uniqueId('acc')];
    const first = subscription({ accountId, id: 'sub_z', createdAt: '2026-01-01T00:00:00.000Z' });
    const second = subscription({ accountId, id: 'sub_a', createdAt: '2026-02-01T00:00:00.000Z' });
    await store.createSubscription(second);
    await store.createSubscription(first);
    await store.createSubscription(subscription({ accountId: other }));

    expect(await store.listSubscriptions(accountId)).toEqual([first, second]);
  });

  test('an account without subscriptions has an empty list, though it has deliveries', async () => {
    const accountId = uniqueId('acc');
    await createDeliveryLog(engine.table).replaceDelivery(
      undefined,
      waitingDelivery(deliveryRef({ accountId })),
    );

    expect(await store.listSubscriptions(accountId)).toEqual([]);
  });

  test('an account whose id begins like another’s sees none of its subscriptions', async () => {
    const accountId = uniqueId('acc');
    await store.createSubscription(subscription({ accountId: `${accountId}x` }));

    expect(await store.listSubscriptions(accountId)).toEqual([]);
  });
});

describe('finding and creating', () => {
  test('finds a subscription under its own account only', async () => {
    const created = subscription({ accountId: uniqueId('acc') });
    await store.createSubscription(created);

    expect(await store.findSubscription(created.accountId, created.id)).toEqual(created);
    expect(await store.findSubscription('acc_other', created.id)).toBeUndefined();
    expect(await store.findSubscription(created.accountId, 'sub_other')).toBeUndefined();
  });

  test('takes a write twice: the SDK repeats one whose answer was lost', async () => {
    const created = subscription({ accountId: uniqueId('acc') });
    await store.createSubscription(created);
    await store.createSubscription(created);

    expect(await store.listSubscriptions(created.accountId)).toEqual([created]);
  });
});

test('a limit that was stored as calls per second is read as a limit of one second', async () => {
  const { rateLimit: _, ...others } = subscription({ accountId: uniqueId('acc') });
  const { accountId, id } = others;
  const { client, tableName } = engine.table;
  const stored = { ...others, rateLimitPerSecond: 5 };
  const Item = { ...subscriptionKey(accountId, id), subscription: stored };
  await client.send(new PutCommand({ TableName: tableName, Item }));
  const limited = { ...others, rateLimit: { calls: 5, perSeconds: 1 } } as const;

  expect(await store.findSubscription(accountId, id)).toEqual(limited);
  expect(await store.listSubscriptions(accountId)).toEqual([limited]);
});

describe('deleting', () => {
  test('says whether there was one', async () => {
    const { accountId, id } = subscription({ accountId: uniqueId('acc') });
    await store.createSubscription(subscription({ accountId }));

    expect(await store.deleteSubscription('acc_other', id)).toBe(false);
    expect(await store.deleteSubscription(accountId, id)).toBe(true);
    expect(await store.deleteSubscription(accountId, id)).toBe(false);
    expect(await store.findSubscription(accountId, id)).toBeUndefined();
  });
});

describe('replacing', () => {
  test('writes the change if nobody has written since', async () => {
    const seen = subscription({ accountId: uniqueId('acc') });
    await store.createSubscription(seen);

    expect(await store.replaceSubscription(seen, { ...seen, description: 'ours', version: 2 })).toBe(true);
    expect(await store.replaceSubscription(seen, { ...seen, description: 'late', version: 2 })).toBe(false);
    expect(await store.findSubscription(seen.accountId, seen.id)).toMatchObject({ description: 'ours' });
  });

  test('does not bring a deleted subscription back', async () => {
    const seen = subscription({ accountId: uniqueId('acc') });

    expect(await store.replaceSubscription(seen, { ...seen, version: 2 })).toBe(false);
    expect(await store.listSubscriptions(seen.accountId)).toEqual([]);
  });
});
