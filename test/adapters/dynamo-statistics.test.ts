import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createDeliveryLog } from '../../adapters/dynamo-delivery-log.ts';
import { statisticsKey } from '../../adapters/dynamo-keys.ts';
import { createStatisticsHistory } from '../../adapters/dynamo-statistics.ts';
import { startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import {
  addTallies,
  emptyTally,
  hourOf,
  hoursTouched,
  type Tally,
  tallyAttempt,
} from '../../core/deliveries/statistics.ts';
import type { StatisticsHistory } from '../../core/deliveries/statistics-log.ts';
import { deliveredDelivery, statisticsPart, uniqueId } from '../support/builders.ts';
import { connectTableAt, startTable, type TableEngine } from '../support/engines.ts';

const hour = '2026-11-26T12:00:00.000Z';

const success = tallyAttempt({ kind: 'success', status: 204, durationMs: 40 }, { kind: 'delivered' });
const failure = tallyAttempt(
  { kind: 'failure', reason: 'status', status: 500, durationMs: 11_000 },
  { kind: 'exhausted', reason: 'status' },
);

let engine: TableEngine;
let proxy: WireProxy;
let log: DeliveryLog;
let history: StatisticsHistory;
let close: () => void;
beforeAll(async () => {
  engine = await startTable();
  proxy = await startWireProxy(engine.endpoint);
  const table = await connectTableAt(proxy.url);
  log = createDeliveryLog(table);
  history = createStatisticsHistory(table);
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
  return history.listStatistics(of, hoursTouched(new Date(since), new Date(until)));
}

describe('statistics', () => {
  test('of an hour are the sum of its parts', async () => {
    const of = someSubscription();
    const tallies = [success, sumOf(success, failure), failure];
    await log.recordDelivered(tallies.map((tally) => statisticsPart({ ...of, tally })));

    expect(await list(of, hour, '2026-11-26T13:00:00Z')).toEqual([{ hour, tally: sumOf(...tallies) }]);
  });

  test('count nothing twice, however often a part is written', async () => {
    const of = someSubscription();
    const part = statisticsPart({ ...of, tally: success });
    await log.recordDelivered([part]);
    await log.recordDelivered([part]);
    await log.recordDelivered([{ ...part, tally: sumOf(success, failure) }]);

    expect(await list(of, hour, '2026-11-26T13:00:00Z')).toEqual([{ hour, tally: sumOf(success, failure) }]);
  });

  test('are written with deliveries in one request', async () => {
    const of = someSubscription();
    const delivery = deliveredDelivery(of);

    expect(await log.recordDelivered([delivery, statisticsPart({ ...of, tally: success })])).toEqual([]);

    expect(proxy.calls.map(({ operation }) => operation)).toEqual(['BatchWriteItem']);
    expect(await log.findDelivery(delivery)).toEqual(delivery);
    expect(await list(of, hour, '2026-11-26T13:00:00Z')).toEqual([{ hour, tally: success }]);
  });

  test('that stay unprocessed are answered, and are not tried for their own sake', async () => {
    const of = someSubscription();
    const part = statisticsPart({ ...of, tally: success });
    const isStatistics = ({ PutRequest }: { PutRequest: { Item: { sk: { S: string } } } }) =>
      PutRequest.Item.sk.S.startsWith('H#');
    proxy.intercept(async (call) => {
      const [[table, requests] = ['', []]] = Object.entries<Parameters<typeof isStatistics>[0][]>(
        call.input.RequestItems,
      );
      const { status, body } = await call.forward({
        RequestItems: { [table]: requests.filter((request) => !isStatistics(request)) },
      });
      return { status, body: { ...body, UnprocessedItems: { [table]: requests.filter(isStatistics) } } };
    });

    expect(await log.recordDelivered([deliveredDelivery(of), part])).toEqual([part]);
    expect(proxy.calls).toHaveLength(1);
  });

  test('are kept for 14 days from the end of their hour', async () => {
    const of = someSubscription();
    const part = statisticsPart({ ...of, hour });
    await log.recordDelivered([part]);

    const { Item } = await engine.table.client.send(
      new GetCommand({ TableName: engine.table.tableName, Key: statisticsKey(of, hour, part.id) }),
    );
    expect(Item?.['expiresAt']).toBe(Date.parse('2026-12-10T13:00:00.000Z') / 1_000);
  });

  test('alone are given up if the table gives no answer within a second', async () => {
    const unanswered = Promise.withResolvers<undefined>();
    proxy.intercept(() => unanswered.promise);
    const startedAt = performance.now();

    await expect(log.recordDelivered([statisticsPart()])).rejects.toThrow(/abort/i);

    expect(performance.now() - startedAt).toBeLessThan(3_000);
    unanswered.resolve(undefined);
  });
});

describe('listing', () => {
  test('reads the hours of the range, its first and last one included, oldest first', async () => {
    const of = someSubscription();
    const times = ['T14:00:00Z', 'T11:59:59Z', 'T12:00:00Z', 'T15:00:00Z', 'T13:30:00Z', 'T14:59:59Z'];
    await log.recordDelivered(
      times.map((time) => statisticsPart({ ...of, hour: hourOf(new Date(`2026-11-26${time}`)) })),
    );

    const found = await list(of, '2026-11-26T12:30:00Z', '2026-11-26T14:00:00.001Z');

    expect(found.map((each) => [each.hour, each.tally.delivered])).toEqual([
      ['2026-11-26T12:00:00.000Z', 1],
      ['2026-11-26T13:00:00.000Z', 1],
      ['2026-11-26T14:00:00.000Z', 2],
    ]);
  });

  test('finds nothing of another subscription, nor of another account', async () => {
    const of = someSubscription();
    await log.recordDelivered([statisticsPart(of)]);

    const others = [
      { ...of, subscriptionId: uniqueId('sub') },
      { ...of, accountId: uniqueId('acc') },
    ];
    for (const other of others) expect(await list(other, hour, '2026-11-26T13:00:00Z')).toEqual([]);
  });
});
