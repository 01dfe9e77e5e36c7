import { expect, test } from '@jest/globals';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { readFilledPage } from '../../adapters/dynamo-filled-page.ts';
import type { WireProxy } from '../../bench/wire-proxy.ts';
import { prepareProxiedTable } from '../support/proxied-table.ts';

let proxy: WireProxy;
let table: DynamoTable;
prepareProxiedTable((proxied) => {
  ({ proxy, table } = proxied);
});

/** Answers each Query with as many of the rows as its turn says, of as many as its limit says that were read. */
function answerWith(rowsByTurn: readonly number[], isEndless = true): void {
  let [turn, last] = [0, 0];
  proxy.intercept(async ({ input }) => {
    const count = rowsByTurn[turn] ?? 0;
    turn += 1;
    const Items = Array.from({ length: count }, () => {
      last += 1;
      return { pk: { S: 'p' }, sk: { S: String(last) } };
    });
    const isEnd = !isEndless && turn >= rowsByTurn.length;
    const key = isEnd ? {} : { LastEvaluatedKey: { pk: { S: 'p' }, sk: { S: `read ${turn}` } } };
    return { status: 200, body: { Items, Count: count, ScannedCount: input.Limit, ...key } };
  });
}

function read(limit: number, query: { readonly FilterExpression?: string } = {}, after?: string) {
  return readFilledPage(
    table.client,
    { TableName: table.tableName, KeyConditionExpression: 'pk = p', ...query },
    {
      limit,
      after,
      positionOf: ({ sk }) => String(sk),
      startKeyOf: (sk) => ({ pk: 'p', sk }),
    },
  );
}

const filtered = { FilterExpression: 'a = b' };
const limits = () => proxy.calls.map(({ input }) => input.Limit);
const positions = ({ rows }: Awaited<ReturnType<typeof read>>) => rows.map(({ sk }) => sk);

test('a page without a filter is one Query for just its rows, newest first', async () => {
  answerWith([3]);

  const page = await read(3);
  expect(positions(page)).toEqual(['1', '2', '3']);
  expect(page.next).toBe('read 1');
  expect(limits()).toEqual([3]);
  expect(proxy.calls[0]?.input).toMatchObject({ ScanIndexForward: false });
  expect(proxy.calls[0]?.input).not.toHaveProperty('ExclusiveStartKey');
});

test('a page begins after the position where the one before ended', async () => {
  answerWith([1], false);

  expect(await read(3, {}, '7')).toMatchObject({ next: undefined });
  expect(proxy.calls[0]?.input.ExclusiveStartKey).toEqual({ pk: { S: 'p' }, sk: { S: '7' } });
});

test('with a filter it reads a hundred rows at a time until the page is full, and ends at its last row', async () => {
  answerWith([0, 1, 3]);

  const page = await read(3, filtered);
  expect(positions(page)).toEqual(['1', '2', '3']);
  expect(page.next).toBe('3');
  expect(limits()).toEqual([100, 100, 100]);
  expect(proxy.calls[2]?.input.ExclusiveStartKey).toMatchObject({ sk: { S: 'read 2' } });
});

test('a page that is just full goes on where DynamoDB stopped', async () => {
  answerWith([1, 2]);

  expect(await read(3, filtered)).toMatchObject({ next: 'read 2' });
});

test('a filter that nothing fits reads a thousand rows and says where to go on', async () => {
  answerWith([]);

  expect(await read(3, filtered)).toEqual({ rows: [], next: 'read 10' });
  expect(limits()).toEqual(Array<number>(10).fill(100));
});

test('the last page has no next one', async () => {
  answerWith([1, 0, 1], false);

  const page = await read(3, filtered);
  expect(positions(page)).toEqual(['1', '2']);
  expect(page.next).toBeUndefined();
});
