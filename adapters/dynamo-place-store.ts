import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { NoPlace, PlaceCount, PlaceStore } from '../core/deliveries/places.ts';
import { type DynamoTable, isConditionFailure } from './dynamo-client.ts';
import { placesKey } from './dynamo-keys.ts';

/** One item for each account, queue and window: how many places are taken, and when one was taken and given back last. */
export function createPlaceStore({ client, tableName }: DynamoTable): PlaceStore {
  const change = (count: PlaceCount, by: number, at: 'takenAtMs' | 'returnedAtMs', now: Date) => ({
    TableName: tableName,
    Key: placesKey(count),
    UpdateExpression: `SET expiresAt = :expiry, ${at} = :now ADD taken :by`,
    ExpressionAttributeValues: { ':by': by, ':now': now.getTime(), ':expiry': expiryOf(count) },
  });

  return {
    async takePlace(count, cap, now) {
      const update = change(count, 1, 'takenAtMs', now);
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            ...update,
            ConditionExpression: 'attribute_not_exists(taken) OR taken < :cap',
            ExpressionAttributeValues: {
              ...update.ExpressionAttributeValues,
              ':cap': cap ?? Number.MAX_SAFE_INTEGER,
            },
            ReturnValues: 'UPDATED_NEW',
          }),
        );
        return { isFree: true, taken: Attributes?.['taken'] as number };
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
        const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: placesKey(count) }));
        const { takenAtMs = 0, returnedAtMs = 0 } = (Item ?? {}) as Partial<NoPlace>;
        return { isFree: false, takenAtMs, returnedAtMs };
      }
    },

    async returnPlace(count, now) {
      await client.send(new UpdateCommand(change(count, -1, 'returnedAtMs', now)));
    },
  };
}

/** Nothing reads the item once the batches of its window are over. */
function expiryOf({ window: { startMs, endMs } }: PlaceCount): number {
  return Math.ceil((2 * endMs - startMs) / 1_000);
}
