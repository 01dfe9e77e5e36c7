import { setTimeout } from 'node:timers/promises';
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { splitIntoBatches } from '../core/batches.ts';
import type { Delivery } from '../core/deliveries/delivery.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { toDelivery } from './dynamo-delivery-log.ts';
import type { Key } from './dynamo-keys.ts';

/** Throttled keys come back unprocessed. */
const unprocessedPausesMs = [0, 100, 400];

/** The limit of BatchGetItem. */
const maxKeys = 100;

/** Reads the rows of deliveries, in no order, and counts the keys that stayed throttled. */
export async function readRows(
  table: DynamoTable,
  keys: readonly Key[],
): Promise<{ rows: Delivery[]; unread: number }> {
  const { items, unread } = await readItems(table, keys);
  return { rows: items.map(toDelivery), unread };
}

export type Item = Readonly<Record<string, unknown>>;

/** The same for items of any kind. */
export async function readItems(
  table: DynamoTable,
  keys: readonly Key[],
): Promise<{ items: Item[]; unread: number }> {
  const batches = splitIntoBatches(keys, () => 0, { maxCount: maxKeys, maxBytes: Infinity });
  const results = await Promise.all(batches.map((batch) => readBatch(table, batch)));
  return {
    items: results.flatMap(({ items }) => items),
    unread: results.reduce((sum, { unread }) => sum + unread, 0),
  };
}

async function readBatch({ client, tableName }: DynamoTable, keys: readonly Key[]) {
  const items: Item[] = [];
  let Keys: Record<string, unknown>[] = keys.map(({ pk, sk }) => ({ pk, sk }));
  for (const pauseMs of unprocessedPausesMs) {
    await setTimeout(pauseMs);
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [tableName]: { Keys, ConsistentRead: true } } }),
    );
    items.push(...(Responses?.[tableName] ?? []));
    Keys = UnprocessedKeys?.[tableName]?.Keys ?? [];
    if (Keys.length === 0) break;
  }
  return { items, unread: Keys.length };
}
