import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ExhaustedCount } from '../core/deliveries/parked-deliveries.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { exhaustedCountKey } from './dynamo-keys.ts';

/** An update that the SDK repeats because its answer was lost may count one too many. */
export function createExhaustedCount({ client, tableName }: DynamoTable): ExhaustedCount {
  return {
    async addExhausted(of) {
      await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: exhaustedCountKey(of),
          UpdateExpression: 'ADD exhausted :one',
          ExpressionAttributeValues: { ':one': 1 },
        }),
      );
    },

    async takeExhausted(of) {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: exhaustedCountKey(of),
          UpdateExpression: 'SET exhausted = :none',
          ExpressionAttributeValues: { ':none': 0 },
          ReturnValues: 'UPDATED_OLD',
        }),
      );
      return Number(Attributes?.['exhausted'] ?? 0);
    },
  };
}
