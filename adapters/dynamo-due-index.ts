import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Delivery, isOpen } from '../core/deliveries/delivery.ts';
import type { DueIndex } from '../core/deliveries/due-index.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { dueShards } from './dynamo-delivery-log.ts';
import { readRows } from './dynamo-delivery-rows.ts';
import type { Key } from './dynamo-keys.ts';

/** BatchGetItem takes 100 keys. */
const maxPage = 100;

export function createDueIndex(table: DynamoTable): DueIndex {
  const { client, tableName } = table;
  return {
    shardCount: dueShards,

    async listDue(shard, now, limit) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: 'due',
          KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
          ExpressionAttributeValues: { ':shard': shard, ':now': now.toISOString() },
          ProjectionExpression: 'pk, sk',
          Limit: Math.min(limit, maxPage),
        }),
      );
      if (Items.length === 0) return [];
      // The index holds keys only and lags behind, so read the rows. The next sweep finds those that could not be
      // read.
      const { rows } = await readRows(table, Items as unknown as Key[]);
      return rows.sort((a, b) => dueAtOf(a).localeCompare(dueAtOf(b)));
    },
  };
}

function dueAtOf(row: Delivery): string {
  return isOpen(row) ? row.dueAt : '';
}
