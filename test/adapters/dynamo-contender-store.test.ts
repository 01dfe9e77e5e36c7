import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createContenderStore } from '../../adapters/dynamo-contender-store.ts';
import { uniqueId } from '../support/builders.ts';
import { connectTableAt, startTable, type TableEngine } from '../support/engines.ts';

const windowStartMs = Date.parse('2026-11-23T17:00:00.000Z');

let engine: TableEngine;
let store: ReturnType<typeof createContenderStore>;
let close: () => void;
beforeAll(async () => {
  engine = await startTable();
  const table = await connectTableAt(engine.endpoint);
  store = createContenderStore(table);
  close = () => table.client.destroy();
});
afterAll(async () => {
  close();
  await engine.close();
});

test('each account counts once at a host, whoever adds it', async () => {
  const host = uniqueId('host');

  const counts: number[] = [];
  for (const accountId of ['acc_1', 'acc_2', 'acc_1', 'acc_3'])
    counts.push(await store.addContender(host, accountId, windowStartMs));

  expect(counts).toEqual([1, 2, 2, 3]);
});

test('another host and another window have counts of their own', async () => {
  const host = uniqueId('host');
  await store.addContender(host, 'acc_1', windowStartMs);

  expect(await store.addContender(uniqueId('host'), 'acc_2', windowStartMs)).toBe(1);
  expect(await store.addContender(host, 'acc_2', windowStartMs + 10_000)).toBe(1);
});

test('the item grows to a thousand accounts and no further', async () => {
  const host = uniqueId('host');
  for (let index = 0; index < 1_000; index += 1)
    await store.addContender(host, `acc_${index}`, windowStartMs);

  expect(await store.addContender(host, 'acc_more', windowStartMs)).toBe(1_000);
});
