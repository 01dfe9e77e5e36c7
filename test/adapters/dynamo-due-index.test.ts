import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { createDeliveryLog } from '../../adapters/dynamo-delivery-log.ts';
import { createDueIndex } from '../../adapters/dynamo-due-index.ts';
import { deliveryKey, dueShards } from '../../adapters/dynamo-keys.ts';
import {
  internalFailure,
  startWireProxy,
  type WireAnswer,
  type WireCall,
  type WireProxy,
} from '../../bench/wire-proxy.ts';
import { type Delivery, isOpen, type WaitingDelivery } from '../../core/deliveries/delivery.ts';
import { claimedDelivery, deliveredDelivery, uniqueId, waitingDelivery } from '../support/builders.ts';
import { connectTableAt, startTable, type TableEngine } from '../support/engines.ts';

let engine: TableEngine;
let proxy: WireProxy;
let table: DynamoTable;
let log: ReturnType<typeof createDeliveryLog>;
let index: ReturnType<typeof createDueIndex>;
beforeAll(async () => {
  engine = await startTable();
  proxy = await startWireProxy(engine.endpoint);
  table = await connectTableAt(proxy.url);
  log = createDeliveryLog(table);
  index = createDueIndex(table);
});
afterEach(() => proxy.reset());
afterAll(async () => {
  table.client.destroy();
  await proxy.close();
  await engine.close();
});

/** Earlier than all tests before: at that time nothing of theirs is due. */
let hour = Date.parse('2026-11-24T00:00:00.000Z');
beforeEach(() => {
  hour -= 3_600_000;
});

function at(seconds: number): string {
  return new Date(hour + seconds * 1_000).toISOString();
}

function dueIn(seconds: number, overrides: Partial<WaitingDelivery> = {}): WaitingDelivery {
  return waitingDelivery({ eventId: uniqueId('evt'), dueAt: at(seconds), ...overrides });
}

async function store(...rows: Delivery[]): Promise<void> {
  await Promise.all(rows.map((row) => log.replaceDelivery(undefined, row)));
}

/** Stores rows as they would be if they all fell into one shard. */
async function storeInShard(dueShard: number, rows: readonly Delivery[]): Promise<void> {
  for (let start = 0; start < rows.length; start += 25) {
    const requests = rows
      .slice(start, start + 25)
      .map((row) => ({ PutRequest: { Item: { ...deliveryKey(row), ...row, dueShard } } }));
    await table.client.send(new BatchWriteCommand({ RequestItems: { [table.tableName]: requests } }));
  }
}

async function listAll(now: Date): Promise<Delivery[]> {
  const shards = Array.from({ length: index.shards.deliveries }, (_, shard) =>
    index.listDueDeliveries(shard, now, 100),
  );
  return (await Promise.all(shards)).flat();
}

function idsOf(rows: readonly Delivery[]): string[] {
  return rows.map(({ eventId }) => eventId);
}

/** As a throttled table does: reads all but the first key and hands that one back. */
async function leaveFirstUnprocessed(call: WireCall): Promise<WireAnswer> {
  const { Keys, ...how } = call.input.RequestItems[table.tableName];
  const { status, body } =
    Keys.length > 1
      ? await call.forward({ RequestItems: { [table.tableName]: { ...how, Keys: Keys.slice(1) } } })
      : { status: 200, body: { Responses: {} } };
  const UnprocessedKeys = { [table.tableName]: { ...how, Keys: Keys.slice(0, 1) } };
  return { status, body: { ...body, UnprocessedKeys } };
}

describe('listDueDeliveries', () => {
  test('answers with whole rows, of which each is in one shard', async () => {
    const rows = Array.from({ length: 40 }, (_, second) => dueIn(second));
    await store(...rows);

    const due = await listAll(new Date(at(60)));

    expect(index.shards).toEqual(dueShards);
    expect(due).toHaveLength(rows.length);
    expect(due).toEqual(expect.arrayContaining(rows));
  });

  test('the longest due come first, up to the limit', async () => {
    const rows = [30, 10, 50, 20, 40].map((seconds) => dueIn(seconds));
    await storeInShard(3, rows);

    const due = await index.listDueDeliveries(3, new Date(at(60)), 100);

    expect(due.map((row) => isOpen(row) && row.dueAt)).toEqual([10, 20, 30, 40, 50].map(at));
    expect(await index.listDueDeliveries(3, new Date(at(60)), 2)).toEqual(due.slice(0, 2));
  });

  test('what is due later than now stays away, what is due now does not', async () => {
    const [now, later] = [dueIn(30), dueIn(30.001)];
    await store(now, later);

    expect(idsOf(await listAll(new Date(at(30))))).toEqual([now.eventId]);
  });

  test('claimed rows are due when their lease has ended', async () => {
    const claimed = claimedDelivery({ eventId: uniqueId('evt'), dueAt: at(10) });
    await store(claimed);

    expect(await listAll(new Date(at(10)))).toEqual([claimed]);
  });

  test('a shard in which nothing is due costs one Query', async () => {
    expect(await index.listDueDeliveries(0, new Date('2020-01-01'), 100)).toEqual([]);
    expect(proxy.calls.map(({ operation }) => operation)).toEqual(['Query']);
  });

  test('no more rows than the limit, and never more than a BatchGetItem takes', async () => {
    const rows = Array.from({ length: 120 }, (_, second) => dueIn(second));
    await storeInShard(5, rows);

    expect(await index.listDueDeliveries(5, new Date(at(200)), 7)).toHaveLength(7);
    expect(await index.listDueDeliveries(5, new Date(at(200)), 1_000)).toHaveLength(100);
  });
});

describe('the index lags behind the rows', () => {
  test('a row that moved on since it was found is given as it is now', async () => {
    const [row, delivered] = [dueIn(10), dueIn(20)];
    await store(row, delivered);
    const postponed = { ...row, version: 2, dueAt: at(500) };
    proxy.intercept(async (call) => {
      const answer = await call.forward();
      if (call.operation === 'Query' && answer.body.Items.length > 0) {
        await log.replaceDelivery(row, postponed);
        await log.recordDelivered([deliveredDelivery({ eventId: delivered.eventId })]);
      }
      return answer;
    });

    const found = await listAll(new Date(at(60)));

    expect(found).toHaveLength(2);
    expect(found).toContainEqual(postponed);
    expect(found).toContainEqual(expect.objectContaining({ state: 'delivered' }));
  });

  test('a row that is gone is left out', async () => {
    const row = dueIn(10);
    await store(row);
    proxy.intercept(async (call) => {
      const answer = await call.forward();
      if (call.operation === 'BatchGetItem') answer.body.Responses[table.tableName] = [];
      return answer;
    });

    expect(await listAll(new Date(at(60)))).toEqual([]);
  });

  test('rows are read consistently', async () => {
    await storeInShard(7, [dueIn(10)]);

    await index.listDueDeliveries(7, new Date(at(60)), 100);

    const read = proxy.calls.find(({ operation }) => operation === 'BatchGetItem');
    expect(read?.input.RequestItems[table.tableName]).toMatchObject({ ConsistentRead: true });
  });
});

describe('a throttled table', () => {
  test('keys that come back unprocessed are asked for again, and the order stays', async () => {
    const rows = [10, 20, 30].map((seconds) => dueIn(seconds));
    await storeInShard(9, rows);
    let reads = 0;
    proxy.intercept((call) => {
      if (call.operation !== 'BatchGetItem') return call.forward();
      reads += 1;
      return reads === 1 ? leaveFirstUnprocessed(call) : call.forward();
    });

    expect(await index.listDueDeliveries(9, new Date(at(60)), 100)).toEqual(rows);
    expect(reads).toBe(2);
  });

  test('what stays unprocessed is left to the next sweep', async () => {
    const [unlucky, lucky] = [dueIn(10), dueIn(20)];
    await storeInShard(11, [unlucky, lucky]);
    proxy.intercept((call) =>
      call.operation === 'BatchGetItem' ? leaveFirstUnprocessed(call) : call.forward(),
    );

    expect(await index.listDueDeliveries(11, new Date(at(60)), 100)).toEqual([lucky]);
    expect(proxy.calls.filter(({ operation }) => operation === 'BatchGetItem')).toHaveLength(3);

    proxy.reset();
    expect(await index.listDueDeliveries(11, new Date(at(60)), 100)).toEqual([unlucky, lucky]);
  });

  test('an index that does not answer is a fault of ours', async () => {
    proxy.intercept(async () => internalFailure);

    await expect(index.listDueDeliveries(0, new Date(), 100)).rejects.toMatchObject({
      name: 'InternalFailure',
    });
  });
});
