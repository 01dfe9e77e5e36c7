import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { SubscriptionRef } from '../core/deliveries/delivery.ts';
import type { ExhaustedCount } from '../core/deliveries/parked-deliveries.ts';
import { type DynamoTable, expiryAfter } from './dynamo-client.ts';
import { exhaustedCountKey } from './dynamo-keys.ts';

/** An update that the SDK repeats because its answer was lost may count one too many. */
export function createExhaustedCount(table: DynamoTable): ExhaustedCount {
  const { client, tableName } = table;
  return {
    addExhausted: (of) => add(of, 1),

    async readExhausted(of) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: exhaustedCountKey(of), ConsistentRead: true }),
      );
      return Number(Item?.['exhausted'] ?? 0);
    },

    subtractExhausted: (of, count) => add(of, -count),
  };

  async function add(of: SubscriptionRef, count: number): Promise<void> {
    const now = new Date().toISOString();
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: exhaustedCountKey(of),
        UpdateExpression: 'ADD exhausted :count SET expiresAt = :expiry',
        ExpressionAttributeValues: { ':count': count, ':expiry': expiryAfter(table, now) },
      }),
    );
  }
}
