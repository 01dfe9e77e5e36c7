import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { statisticsKey } from '../../adapters/dynamo-keys.ts';
import { createStatisticsLog } from '../../adapters/dynamo-statistics.ts';
import {
  addTallies,
  emptyTally,
  hoursTouched,
  type Tally,
  tallyAttempt,
} from '../../core/deliveries/statistics.ts';
import { uniqueId } from '../support/builders.ts';
import { connectTableAt, startTable, type TableEngine } from '../support/engines.ts';
import { startWireProxy, type WireProxy } from '../support/wire-proxy.ts';

const noon = new Date('2026-11-26T12:34:56.789Z');
const hour = '2026-11-26T12:00:00.000Z';

const success = tallyAttempt({ kind: 'success', status: 204, durationMs: 40 }, { kind: 'delivered' });
const failure = tallyAttempt(
  { kind: 'failure', reason: 'status', status: 500, durationMs: 11_000 },
  { kind: 'exhausted', reason: 'status' },
);

let engine: TableEngine;
let proxy: WireProxy;
let log: ReturnType<typeof createStatisticsLog>;
let close: () => void;
beforeAll(async () => {
  engine = await startTable();
  proxy = await startWireProxy(engine.endpoint);
  const table = await connectTableAt(proxy.url);
  log = createStatisticsLog(table);
  close = () => table.client.destroy();
});
afterEach(() => proxy.reset());
afterAll(async () => {
  close();
  await proxy.close();
  await engine.close();
});

function someSubscription() {
  return { accountId: uniqueId('acc'), subscriptionId: uniqueId('sub') };
}

function sumOf(...tallies: Tally[]): Tally {
  return tallies.reduce(addTallies, emptyTally);
}

function list(of: ReturnType<typeof someSubscription>, since: string, until: string) {
  return log.listStatistics(of, hoursTouched(new Date(since), new Date(until)));
}

describe('adding', () => {
  test('to an hour of which nothing is known begins it', async () => {
    const of = someSubscription();
    await log.addStatistics(of, success, noon);

    expect(await list(of, hour, '2026-11-26T13:00:00Z')).toEqual([{ hour, tally: success }]);
  });

  test('adds up whatever was counted, in one write each', async () => {
    const of = someSubscription();
    await log.addStatistics(of, success, noon);
    await log.addStatistics(of, sumOf(success, failure), new Date('2026-11-26T12:59:59.999Z'));

    expect(proxy.calls.map(({ operation }) => operation)).toEqual(['UpdateItem', 'UpdateItem']);
    expect(await list(of, hour, '2026-11-26T13:00:00Z')).toEqual([
      { hour, tally: sumOf(success, success, failure) },
    ]);
  });

  test('at the same time loses nothing', async () => {
    const of = someSubscription();
    await Promise.all(Array.from({ length: 20 }, () => log.addStatistics(of, success, noon)));

    const [only] = await list(of, hour, '2026-11-26T13:00:00Z');
    expect(only?.tally).toEqual(sumOf(...Array.from({ length: 20 }, () => success)));
  });

  test('keeps the hour for 14 days from its end', async () => {
    const of = someSubscription();
    await log.addStatistics(of, success, noon);

    const { Item } = await engine.table.client.send(
      new GetCommand({ TableName: engine.table.tableName, Key: statisticsKey(of, hour) }),
    );
    expect(Item?.['expiresAt']).toBe(Date.parse('2026-12-10T13:00:00.000Z') / 1_000);
  });

  test('gives up on a table that gives no answer within a second', async () => {
    const unanswered = Promise.withResolvers<undefined>();
    proxy.intercept(() => unanswered.promise);
    const startedAt = performance.now();

    await expect(log.addStatistics(someSubscription(), success, noon)).rejects.toThrow(/abort/i);

    expect(performance.now() - startedAt).toBeLessThan(3_000);
    unanswered.resolve(undefined);
  });
});

describe('listing', () => {
  test('reads the hours of the range, its first and last one included, oldest first', async () => {
    const of = someSubscription();
    for (const time of ['T14:00:00Z', 'T11:59:59Z', 'T12:00:00Z', 'T15:00:00Z', 'T13:30:00Z'])
      await log.addStatistics(of, success, new Date(`2026-11-26${time}`));

    const found = await list(of, '2026-11-26T12:30:00Z', '2026-11-26T14:00:00.001Z');

    expect(found.map((each) => each.hour)).toEqual([
      '2026-11-26T12:00:00.000Z',
      '2026-11-26T13:00:00.000Z',
      '2026-11-26T14:00:00.000Z',
    ]);
  });

  test('finds nothing of another subscription, nor of another account', async () => {
    const of = someSubscription();
    await log.addStatistics(of, success, noon);

    const others = [
      { ...of, subscriptionId: uniqueId('sub') },
      { ...of, accountId: uniqueId('acc') },
    ];
    for (const other of others) expect(await list(other, hour, '2026-11-26T13:00:00Z')).toEqual([]);
  });
});
