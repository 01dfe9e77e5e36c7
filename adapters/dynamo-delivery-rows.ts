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

/** Reads the rows, in no order, and counts the keys that stayed throttled. */
export async function readRows(
  table: DynamoTable,
  keys: readonly Key[],
): Promise<{ rows: Delivery[]; unread: number }> {
  const batches = splitIntoBatches(keys, () => 0, { maxCount: maxKeys, maxBytes: Infinity });
  const results = await Promise.all(batches.map((batch) => readBatch(table, batch)));
  return {
    rows: results.flatMap(({ rows }) => rows),
    unread: results.reduce((sum, { unread }) => sum + unread, 0),
  };
}

async function readBatch({ client, tableName }: DynamoTable, keys: readonly Key[]) {
  const rows: Delivery[] = [];
  let Keys: Record<string, unknown>[] = keys.map(({ pk, sk }) => ({ pk, sk }));
  for (const pauseMs of unprocessedPausesMs) {
    await setTimeout(pauseMs);
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [tableName]: { Keys, ConsistentRead: true } } }),
    );
    rows.push(...(Responses?.[tableName] ?? []).map(toDelivery));
    Keys = UnprocessedKeys?.[tableName]?.Keys ?? [];
    if (Keys.length === 0) break;
  }
  return { rows, unread: Keys.length };
}
