import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { createDeliveryLog } from '../../adapters/dynamo-delivery-log.ts';
import { deliveryKey, dueShards as shardsByKind } from '../../adapters/dynamo-keys.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import type { DeliveryRef } from '../../core/deliveries/delivery.ts';
import { attempt, deliveredDelivery, deliveryRef, uniqueId, waitingDelivery } from '../support/builders.ts';
import { connectTableAt, startTable, type TableEngine } from '../support/engines.ts';

const { deliveries: dueShards } = shardsByKind;
let engine: TableEngine;
let proxy: WireProxy;
let table: DynamoTable;
let log: ReturnType<typeof createDeliveryLog>;
beforeAll(async () => {
  engine = await startTable();
  proxy = await startWireProxy(engine.endpoint);
  table = await connectTableAt(proxy.url);
  log = createDeliveryLog(table);
});
afterEach(() => proxy.reset());
afterAll(async () => {
  table.client.destroy();
  await proxy.close();
  await engine.close();
});

function newRef(): DeliveryRef {
  return deliveryRef({ eventId: uniqueId('evt') });
}

/** The rows that the due index holds for these deliveries, over all shards. */
async function dueRowsOf(refs: readonly DeliveryRef[]) {
  const shards = await Promise.all(
    Array.from({ length: dueShards }, (_, shard) =>
      table.client.send(
        new QueryCommand({
          TableName: table.tableName,
          IndexName: 'due',
          KeyConditionExpression: 'dueShard = :shard',
          ExpressionAttributeValues: { ':shard': shard },
        }),
      ),
    ),
  );
  const wanted = new Set(refs.map((ref) => deliveryKey(ref).sk));
  return shards.flatMap(({ Items = [] }) => Items).filter(({ sk }) => wanted.has(sk as string));
}

describe('replaceDelivery', () => {
  test('creates a row where there is none', async () => {
    const row = waitingDelivery(newRef());

    expect(await log.findDelivery(row)).toBeUndefined();
    expect(await log.replaceDelivery(undefined, row)).toBe(true);
    expect(await log.findDelivery(row)).toEqual(row);
  });

  test('does not create a row where there is one', async () => {
    const row = waitingDelivery(newRef());
    await log.replaceDelivery(undefined, row);

    expect(await log.replaceDelivery(undefined, { ...row, version: 9 })).toBe(false);
    expect(await log.findDelivery(row)).toEqual(row);
  });

  test('replaces the row that was seen', async () => {
    const row = waitingDelivery(newRef());
    await log.replaceDelivery(undefined, row);
    const next = { ...row, state: 'claimed' as const, version: 2 };

    expect(await log.replaceDelivery(row, next)).toBe(true);
    expect(await log.findDelivery(row)).toEqual(next);
  });

  test('of two writers that saw the same row, one wins', async () => {
    const row = waitingDelivery(newRef());
    await log.replaceDelivery(undefined, row);

    const wins = await Promise.all([1, 2].map(() => log.replaceDelivery(row, { ...row, version: 2 })));

    expect(wins.filter(Boolean)).toHaveLength(1);
  });

  test.each([
    ['its version has risen', { version: 2 }],
    ['its state has changed under the same version', { state: 'delivered' as const }],
  ])('does not replace a row when %s', async (_, changed) => {
    const row = waitingDelivery(newRef());
    await log.replaceDelivery(undefined, { ...row, ...changed });

    expect(await log.replaceDelivery(row, { ...row, version: 2, attemptCount: 7 })).toBe(false);
    expect(await log.findDelivery(row)).toMatchObject({ attemptCount: 1, ...changed });
  });

  test('does not bring back a row that is gone', async () => {
    const row = waitingDelivery(newRef());

    expect(await log.replaceDelivery(row, { ...row, version: 2 })).toBe(false);
    expect(await log.findDelivery(row)).toBeUndefined();
  });

  test('a fault of ours is no lost race', async () => {
    proxy.intercept(async () => internalFailure);

    await expect(log.replaceDelivery(undefined, waitingDelivery(newRef()))).rejects.toMatchObject({
      name: 'InternalFailure',
    });
  });
});

describe('the due index', () => {
  test('holds a waiting delivery under its dueAt, and nothing but keys', async () => {
    const row = waitingDelivery(newRef());
    await log.replaceDelivery(undefined, row);

    expect(await dueRowsOf([row])).toEqual([
      { ...deliveryKey(row), dueAt: row.dueAt, dueShard: expect.any(Number) },
    ]);
  });

  test('loses a delivery that becomes final', async () => {
    const row = waitingDelivery(newRef());
    await log.replaceDelivery(undefined, row);

    await log.replaceDelivery(row, deliveredDelivery({ ...newRef(), eventId: row.eventId, version: 2 }));

    expect(await dueRowsOf([row])).toEqual([]);
  });

  test('never sees a delivery whose first attempt succeeded', async () => {
    const row = deliveredDelivery(newRef());
    await log.recordDelivered([row]);

    expect(await dueRowsOf([row])).toEqual([]);
  });

  test('spreads deliveries over its shards', async () => {
    const rows = Array.from({ length: 64 }, () => waitingDelivery(newRef()));
    await Promise.all(rows.map((row) => log.replaceDelivery(undefined, row)));

    const used = new Set((await dueRowsOf(rows)).map((row) => row['dueShard'] as number));

    expect(used.size).toBeGreaterThan(dueShards / 2);
    expect(Math.max(...used)).toBeLessThan(dueShards);
    // With fewer, nothing would sweep what an earlier version has put into the others.
    expect(dueShards).toBe(16);
  });
});

describe('recordDelivered', () => {
  test('stores all rows in one call', async () => {
    const rows = Array.from({ length: 10 }, () => deliveredDelivery(newRef()));

    expect(await log.recordDelivered(rows)).toEqual([]);
    expect(proxy.calls.map(({ operation }) => operation)).toEqual(['BatchWriteItem']);
    expect(await Promise.all(rows.map((row) => log.findDelivery(row)))).toEqual(rows);
  });

  test('tries unprocessed items again', async () => {
    const rows = [deliveredDelivery(newRef()), deliveredDelivery(newRef())];
    let calls = 0;
    proxy.intercept(async (call) => {
      calls += 1;
      return calls === 1 ? takeOnlyTheFirst(call.input, call.forward) : call.forward();
    });

    expect(await log.recordDelivered(rows)).toEqual([]);
    expect(calls).toBe(2);
    expect(await log.findDelivery(rows[1] ?? newRef())).toEqual(rows[1]);
  });

  test('answers with what stayed unprocessed', async () => {
    const rows = [deliveredDelivery(newRef()), deliveredDelivery(newRef()), deliveredDelivery(newRef())];
    const [stored, ...unstored] = rows;
    let calls = 0;
    proxy.intercept(async (call) => {
      calls += 1;
      return calls === 1
        ? takeOnlyTheFirst(call.input, call.forward)
        : { status: 200, body: { UnprocessedItems: call.input.RequestItems } };
    });

    expect(await log.recordDelivered(rows)).toEqual(unstored);
    proxy.reset();
    expect(await log.findDelivery(stored ?? newRef())).toEqual(stored);
  });

  test.each([
    ['nothing', undefined],
    ['no table', {}],
    ['no items of the table', { webhooks: [] }],
  ])('takes it for the whole if %s is unprocessed', async (_, UnprocessedItems) => {
    const row = deliveredDelivery(newRef());
    proxy.intercept(async (call) => {
      const { status, body } = await call.forward();
      return { status, body: { ...body, UnprocessedItems } };
    });

    expect(await log.recordDelivered([row])).toEqual([]);
    expect(proxy.calls).toHaveLength(1);
  });

  test('rejects when the table does not answer', async () => {
    proxy.intercept(async () => internalFailure);

    await expect(log.recordDelivered([deliveredDelivery(newRef())])).rejects.toMatchObject({
      name: 'InternalFailure',
    });
  });
});

test('attempts are items of their own, in the order of their time, beside the delivery', async () => {
  const ref = newRef();
  const [first, second] = [
    attempt({ startedAt: '2026-11-23T16:55:02.000Z' }),
    attempt({
      startedAt: '2026-11-23T16:55:07.000Z',
      outcome: { kind: 'failure', reason: 'timeout', durationMs: 15_000 },
    }),
  ];

  await log.recordAttempt(ref, second);
  await log.recordAttempt(ref, first);

  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: {
        ':pk': deliveryKey(ref).pk,
        ':prefix': `T#${ref.acceptedAt}#${ref.eventId}#`,
      },
    }),
  );
  expect(Items).toMatchObject([first, second]);
  expect(await log.findDelivery(ref)).toBeUndefined();
});

/** As a throttled table does: stores one item of the batch and hands the others back. */
async function takeOnlyTheFirst(
  input: { RequestItems: Record<string, unknown[]> },
  forward: (input: unknown) => Promise<unknown>,
) {
  const [[name, requests] = ['', []]] = Object.entries(input.RequestItems);
  await forward({ ...input, RequestItems: { [name]: requests.slice(0, 1) } });
  return { status: 200, body: { UnprocessedItems: { [name]: requests.slice(1) } } };
}
