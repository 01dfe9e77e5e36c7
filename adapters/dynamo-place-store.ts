import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { PlaceCount, PlaceStore } from '../core/deliveries/places.ts';
import { type DynamoTable, isConditionFailure } from './dynamo-client.ts';
import { placesKey } from './dynamo-keys.ts';

/** One item for each account, queue and window: how many places are taken. */
export function createPlaceStore({ client, tableName }: DynamoTable): PlaceStore {
  return {
    async takePlace(count, cap) {
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: placesKey(count),
            UpdateExpression: 'SET expiresAt = :expiry ADD taken :one',
            ConditionExpression: 'attribute_not_exists(taken) OR taken < :cap',
            ExpressionAttributeValues: { ':one': 1, ':cap': cap, ':expiry': expiryOf(count) },
            ReturnValues: 'UPDATED_NEW',
          }),
        );
        return Attributes?.['taken'] as number;
      } catch (error) {
        if (isConditionFailure(error)) return undefined;
        throw error;
      }
    },

    async returnPlace(count) {
      await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: placesKey(count),
          UpdateExpression: 'SET expiresAt = :expiry ADD taken :minusOne',
          ExpressionAttributeValues: { ':minusOne': -1, ':expiry': expiryOf(count) },
        }),
      );
    },
  };
}

/** Nothing reads the item once the batches of its window are over. */
function expiryOf({ windowStartMs, windowMs }: PlaceCount): number {
  return Math.ceil((windowStartMs + 2 * windowMs) / 1_000);
}
