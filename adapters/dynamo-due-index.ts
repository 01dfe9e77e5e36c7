import { setTimeout } from 'node:timers/promises';
import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Delivery } from '../core/delivery.ts';
import type { DueIndex } from '../core/ports.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { dueShards, toDelivery } from './dynamo-delivery-log.ts';

/** BatchGetItem takes 100 keys. */
const maxPage = 100;

/** Keys that were throttled come back unprocessed; the next sweep finds them again. */
const unprocessedPausesMs = [0, 100, 400];

export function createDueIndex({ client, tableName }: DynamoTable): DueIndex {
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
      return Items.length === 0 ? [] : readRows(Items);
    },
  };

  /** The index holds keys only and lags behind: the rows themselves say what is due. */
  async function readRows(keys: Record<string, unknown>[]): Promise<Delivery[]> {
    const rows: Delivery[] = [];
    let Keys = keys;
    for (const pauseMs of unprocessedPausesMs) {
      await setTimeout(pauseMs);
      const { Responses, UnprocessedKeys } = await client.send(
        new BatchGetCommand({ RequestItems: { [tableName]: { Keys, ConsistentRead: true } } }),
      );
      rows.push(...(Responses?.[tableName] ?? []).map(toDelivery));
      Keys = UnprocessedKeys?.[tableName]?.Keys ?? [];
      if (Keys.length === 0) break;
    }
    return rows.sort((a, b) => (a.dueAt ?? '').localeCompare(b.dueAt ?? ''));
  }
}
