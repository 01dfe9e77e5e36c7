import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSlots } from '../../adapters/dynamo-slots.ts';
import { startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import type { Slots } from '../../core/accounts/slots.ts';
import { uniqueId } from '../support/builders.ts';
import { connectTableAt, startTable, type TableEngine } from '../support/engines.ts';

let engine: TableEngine;
let proxy: WireProxy;
let slots: Slots;
let close: () => void;
let accountId: string;
/** Those that exist. */
let holders: string[];
beforeAll(async () => {
  engine = await startTable();
  proxy = await startWireProxy(engine.endpoint);
  const table = await connectTableAt(proxy.url);
  close = () => table.client.destroy();
  slots = createSlots(table);
});
beforeEach(() => {
  proxy.reset();
  accountId = uniqueId('acc');
  holders = [];
});
afterAll(async () => {
  close();
  await proxy.close();
  await engine.close();
});

const max = 3;
const start = Date.parse('2026-11-24T08:00:00.000Z');

function take(id: string, afterMs = 0): Promise<boolean> {
  const request = { accountId, kind: 'api-keys' as const, id, max };
  return slots.takeSlot(request, async () => holders, new Date(start + afterMs));
}

/** Takes a slot and creates its holder. */
async function create(id: string, afterMs = 0): Promise<boolean> {
  const isTaken = await take(id, afterMs);
  if (isTaken) holders.push(id);
  return isTaken;
}

const free = (id: string) => slots.freeSlot({ accountId, kind: 'api-keys', id });

describe('slots', () => {
  test('are taken until none is left', async () => {
    expect([await create('a'), await create('b'), await create('c'), await create('d')]).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  test.each([0, 1, 2])('are given to one each, if %i are taken and many ask at once', async (before) => {
    for (let nth = 0; nth < before; nth += 1) await create(`before-${nth}`);
    const taken = await Promise.all(Array.from({ length: 12 }, (_, nth) => take(`k${nth}`)));

    expect(taken.filter(Boolean)).toHaveLength(max - before);
  });

  test('count what was there before slots were counted', async () => {
    holders = ['a', 'b'];

    expect([await create('c'), await create('d')]).toEqual([true, false]);
  });

  test('are free again once they are given back, and only then', async () => {
    for (const id of ['a', 'b', 'c']) await create(id);
    await free('unknown');
    expect(await take('d')).toBe(false);
    holders = ['b', 'c'];
    await free('a');

    expect(await take('d')).toBe(true);
    expect(await take('e')).toBe(false);
  });

  test('that a crash has left behind are free after a minute', async () => {
    await create('a');
    await create('b');
    await take('never-created');

    expect(await take('d', 59_999)).toBe(false);
    expect(await create('d', 60_000)).toBe(true);
    expect(await create('e', 60_000)).toBe(false);
  });

  test('of a holder count for as long as it exists', async () => {
    for (const id of ['a', 'b', 'c']) await create(id);

    expect(await take('d', 86_400_000)).toBe(false);
  });

  test('of other accounts and kinds are others', async () => {
    for (const id of ['a', 'b', 'c']) await create(id);
    const other = { accountId, kind: 'portal-sessions' as const, id: 'd', max };

    expect(await slots.takeSlot(other, async () => [], new Date(start))).toBe(true);
    accountId = uniqueId('acc');
    holders = [];
    expect(await take('d')).toBe(true);
  });

  test('are taken once by a write whose answer was lost', async () => {
    await create('a');
    let isFirst = true;
    proxy.intercept(async (call) => {
      const answer = await call.forward();
      if (call.operation !== 'UpdateItem' || !isFirst) return answer;
      isFirst = false;
      return undefined;
    });

    expect(await create('b')).toBe(true);
    expect(isFirst).toBe(false);
    expect([await create('c'), await create('d')]).toEqual([true, false]);
  });

  test('that are freed while they are counted anew stay free', async () => {
    for (const id of ['a', 'b', 'c']) await create(id);
    let isFirst = true;
    const request = { accountId, kind: 'api-keys' as const, id: 'd', max: max + 1 };
    proxy.intercept(async (call) => {
      // As if the item were full, so that it is written anew.
      if (call.operation === 'UpdateItem' && isFirst) {
        isFirst = false;
        return { status: 400, body: { __type: 'ConditionalCheckFailedException', message: '' } };
      }
      return call.forward();
    });
    const list = async () => {
      const seen = holders;
      holders = holders.filter((id) => id !== 'a');
      await free('a');
      return seen;
    };

    expect(await slots.takeSlot(request, list, new Date(start))).toBe(true);
    expect([await create('e'), await create('f')]).toEqual([false, false]);
    await free('d');
    expect(await create('g')).toBe(true);
  });
});
