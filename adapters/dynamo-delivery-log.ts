import { setTimeout } from 'node:timers/promises';
import { BatchWriteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Delivery, isOpen } from '../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../core/deliveries/delivery-log.ts';
import type { StatisticsPart } from '../core/deliveries/statistics-log.ts';
import { type DynamoTable, expiryAfter, isConditionFailure } from './dynamo-client.ts';
import { attemptKey, deliveryKey, dueShardOf } from './dynamo-keys.ts';
import { statisticsItem } from './dynamo-statistics.ts';

/** Throttled items come back unprocessed. Giving up on an item repeats its call, so a few more tries are cheap. */
const unprocessedPausesMs = [0, 50, 100, 200, 400, 800];

/** Statistics are not worth waiting for. A table that does not answer must not hold up callbacks for them. */
const longestStatisticsWriteMs = 1_000;

export function createDeliveryLog(
  table: DynamoTable,
  maxStatisticsWriteMs = longestStatisticsWriteMs,
): DeliveryLog {
  const { client, tableName } = table;

  /** `dueShard` and `dueAt` are set on open deliveries only, so the due index holds nothing else. */
  function itemOf(delivery: Delivery) {
    const key = deliveryKey(delivery);
    return {
      ...key,
      ...delivery,
      ...(isOpen(delivery) ? { dueShard: dueShardOf(key.sk, 'deliveries') } : {}),
      // Its presence puts the row into the index of parked deliveries, and its value in its place there.
      ...(delivery.state === 'parked' ? { parkedOrder: delivery.acceptedAt } : {}),
      expiresAt: expiryAfter(table, delivery.updatedAt),
    };
  }

  return {
    async findDelivery(ref) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: deliveryKey(ref), ConsistentRead: true }),
      );
      return Item && toDelivery(Item);
    },

    async replaceDelivery(seen, next) {
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: itemOf(next),
            ...(seen
              ? {
                  // Check the state as well, because a late first attempt that succeeded overwrites the row without
                  // raising the version.
                  ConditionExpression: 'version = :version AND #state = :state',
                  ExpressionAttributeNames: { '#state': 'state' },
                  ExpressionAttributeValues: { ':version': seen.version, ':state': seen.state },
                }
              : { ConditionExpression: 'attribute_not_exists(pk)' }),
          }),
        );
        return true;
      } catch (error) {
        if (isConditionFailure(error)) return false;
        throw error;
      }
    },

    async recordDelivered(results) {
      let writes = results.map((of) => ({ of, item: isDelivery(of) ? itemOf(of) : statisticsItem(of) }));
      for (const pauseMs of unprocessedPausesMs) {
        await setTimeout(pauseMs);
        const hasDeliveries = writes.some(({ of }) => isDelivery(of));
        const { UnprocessedItems } = await client.send(
          new BatchWriteCommand({
            RequestItems: { [tableName]: writes.map(({ item }) => ({ PutRequest: { Item: item } })) },
          }),
          hasDeliveries ? {} : { abortSignal: AbortSignal.timeout(maxStatisticsWriteMs) },
        );
        const unprocessed = new Set(
          UnprocessedItems?.[tableName]?.map((request) => keyText(request.PutRequest?.Item)),
        );
        writes = writes.filter(({ item }) => unprocessed.has(keyText(item)));
        if (!writes.some(({ of }) => isDelivery(of))) break;
      }
      return writes.map(({ of }) => of);
    },

    async recordAttempt(ref, attempt) {
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: {
            ...attemptKey(ref, attempt.startedAt),
            ...attempt,
            expiresAt: expiryAfter(table, attempt.startedAt),
          },
        }),
      );
    },
  };
}

export function toDelivery(item: Record<string, unknown>): Delivery {
  const { pk: _, sk: __, dueShard: ___, parkedOrder: ____, expiresAt: _____, ...delivery } = item;
  return delivery as unknown as Delivery;
}

function isDelivery(result: Delivery | StatisticsPart): result is Delivery {
  return 'state' in result;
}

function keyText(item: Readonly<Record<string, unknown>> = {}): string {
  return `${String(item['pk'])} ${String(item['sk'])}`;
}
