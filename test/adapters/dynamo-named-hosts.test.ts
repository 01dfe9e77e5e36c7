import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createNamedHosts } from '../../adapters/dynamo-named-hosts.ts';
import { maxHostsPerMinute, type NamedHosts } from '../../core/receivers/named-hosts.ts';
import { uniqueId } from '../support/builders.ts';
import { connectTableAt, startTable, type TableEngine } from '../support/engines.ts';

let engine: TableEngine;
let hosts: NamedHosts;
let close: () => void;
let accountId: string;
beforeAll(async () => {
  engine = await startTable();
  const table = await connectTableAt(engine.endpoint);
  close = () => table.client.destroy();
  hosts = createNamedHosts(table);
});
beforeEach(() => {
  accountId = uniqueId('acc');
});
afterAll(async () => {
  close();
  await engine.close();
});

const name = (host: string, at = '2026-11-24T08:00:00.000Z', of = accountId) =>
  hosts.nameHost(of, host, new Date(at));

async function nameMany(count: number, at?: string): Promise<boolean[]> {
  return Promise.all(Array.from({ length: count }, (_, nth) => name(`host-${nth}`, at)));
}

describe('hosts that an account names', () => {
  test('are so many in a minute, also when all are named at once', async () => {
    const named = await nameMany(maxHostsPerMinute + 15);

    expect(named.filter(Boolean)).toHaveLength(maxHostsPerMinute);
  });

  test('count once, however often they are named', async () => {
    for (let count = 0; count < 3; count += 1) await nameMany(maxHostsPerMinute);

    expect(await name('host-0', '2026-11-24T08:00:59.999Z')).toBe(true);
    expect(await name('one-more', '2026-11-24T08:00:59.999Z')).toBe(false);
    expect(await name('one-more', '2026-11-24T08:01:00.000Z')).toBe(true);
  });

  test('are no other account’s', async () => {
    await nameMany(maxHostsPerMinute);

    expect(await name('one-more', undefined, uniqueId('acc'))).toBe(true);
  });
});
