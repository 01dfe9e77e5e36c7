import { setTimeout } from 'node:timers/promises';
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { Delivery } from '../core/delivery.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { toDelivery } from './dynamo-delivery-log.ts';
import type { Key } from './dynamo-keys.ts';

/** Keys that were throttled come back unprocessed. */
const unprocessedPausesMs = [0, 100, 400];

/** The rows as they are now, in no order, and how many keys stayed throttled. BatchGetItem takes 100 keys. */
export async function readRows(
  { client, tableName }: DynamoTable,
  keys: readonly Key[],
): Promise<{ rows: Delivery[]; unread: number }> {
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
