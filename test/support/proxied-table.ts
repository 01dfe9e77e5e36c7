import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import { connectTableAt, startTable, type TableEngine } from './engines.ts';

export interface ProxiedTable {
  readonly table: DynamoTable;
  readonly proxy: WireProxy;
}

/** For the tests of a file one table, and a proxy that sees and can answer what is said to it. */
export function prepareProxiedTable(hand: (proxied: ProxiedTable) => void): void {
  let engine: TableEngine;
  let proxied: ProxiedTable;
  beforeAll(async () => {
    engine = await startTable();
    const proxy = await startWireProxy(engine.endpoint);
    proxied = { proxy, table: await connectTableAt(proxy.url) };
  });
  beforeEach(() => {
    proxied.proxy.reset();
    hand(proxied);
  });
  afterAll(async () => {
    proxied.table.client.destroy();
    await proxied.proxy.close();
    await engine.close();
  });
}
