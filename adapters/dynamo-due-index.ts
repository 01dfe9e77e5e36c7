import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DueIndex } from '../core/deliveries/due-index.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { toDelivery } from './dynamo-delivery-log.ts';
import { type Item, readItems } from './dynamo-delivery-rows.ts';
import { dueShards, type Key, subscriptionShardOffset } from './dynamo-keys.ts';

/** BatchGetItem takes 100 keys. */
const maxPage = 100;

export function createDueIndex(table: DynamoTable): DueIndex {
  const { client, tableName } = table;

  async function listDue(shard: number, now: Date, limit: number, after = ''): Promise<Item[]> {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: 'due',
        KeyConditionExpression: 'dueShard = :shard AND dueAt BETWEEN :after AND :now',
        ExpressionAttributeValues: {
          ':shard': shard,
          // A key condition takes no empty text. Every time is after this.
          ':after': after || '0',
          ':now': now.toISOString(),
        },
        ProjectionExpression: 'pk, sk',
        Limit: Math.min(limit, maxPage),
      }),
    );
    if (Items.length === 0) return [];
    // The index holds keys only and lags behind, so read the items. The next sweep finds those that could not be
    // read.
    const { items } = await readItems(table, Items as unknown as Key[]);
    return items.sort((a, b) => dueAtOf(a).localeCompare(dueAtOf(b)));
  }

  return {
    shards: dueShards,

    async listDueDeliveries(shard, now, limit) {
      return (await listDue(shard, now, limit)).map(toDelivery);
    },

    async listDueSubscriptions(shard, now, limit, after) {
      const items = await listDue(subscriptionShardOffset + shard, now, limit, after);
      return items.map((item) => item['subscription'] as Subscription);
    },
  };
}

/** Empty if the item has changed since, and is due no more. */
function dueAtOf({ dueAt }: Item): string {
  return typeof dueAt === 'string' ? dueAt : '';
}
