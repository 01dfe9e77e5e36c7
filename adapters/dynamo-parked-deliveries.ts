import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { SubscriptionRef } from '../core/deliveries/delivery.ts';
import { isParked, type ParkedDelivery } from '../core/deliveries/delivery.ts';
import type { ParkedDeliveries } from '../core/deliveries/parked-deliveries.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { readRows } from './dynamo-delivery-rows.ts';
import { deliveriesKey, type Key } from './dynamo-keys.ts';

export function createParkedDeliveries(table: DynamoTable): ParkedDeliveries {
  const { client, tableName } = table;

  function query({ pk }: Pick<Key, 'pk'>, limit: number) {
    return {
      TableName: tableName,
      IndexName: 'parked',
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      Limit: limit,
    };
  }

  async function list(of: SubscriptionRef, limit: number, isOldestFirst: boolean): Promise<ParkedDelivery[]> {
    // A page of keys has 1 MB, which is more than any limit asks for.
    const { Items = [] } = await client.send(
      new QueryCommand({
        ...query(deliveriesKey(of), limit),
        ProjectionExpression: 'pk, sk',
        ScanIndexForward: isOldestFirst,
      }),
    );
    // The index lags, so read the rows.
    const { rows, unread } = await readRows(table, Items as unknown as Key[]);
    if (unread > 0) throw new Error(`${unread} parked deliveries could not be read`);
    const sorted = rows.filter(isParked).sort(byAcceptance);
    return isOldestFirst ? sorted : sorted.toReversed();
  }

  return {
    listParked: (of, limit) => list(of, limit, true),
    listNewestParked: (of, limit) => list(of, limit, false),

    async countParked(of: SubscriptionRef, max: number) {
      const { Count = 0 } = await client.send(
        new QueryCommand({ ...query(deliveriesKey(of), max), Select: 'COUNT' }),
      );
      return Count;
    },
  };
}

function byAcceptance(a: ParkedDelivery, b: ParkedDelivery): number {
  return a.acceptedAt.localeCompare(b.acceptedAt);
}
