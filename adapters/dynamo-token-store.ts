import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { TokenStore } from '../core/rate-limit.ts';
import { intervalMs } from '../core/rate-limit.ts';
import { type DynamoTable, isConditionFailure } from './dynamo-client.ts';
import { bucketKey } from './dynamo-keys.ts';

/** A bucket that nobody has used for so long is idle, and an idle one needs no item. */
const keptAfterUseSeconds = 3_600;

/** One item a bucket: the time at which its next token becomes good. */
export function createTokenStore({ client, tableName }: DynamoTable): TokenStore {
  return {
    async reserveTokens(limit, count, now) {
      const nowMs = now.getTime();
      const forMs = Math.ceil(count * intervalMs(limit));
      const latestStartMs = nowMs + limit.maxWaitMs + 1_000 - intervalMs(limit);
      const change = (assignment: string, condition: string, values: Record<string, number>) =>
        update(limit.bucket, assignment, condition, {
          ...values,
          ':expiry': Math.ceil((nowMs + forMs) / 1_000) + keptAfterUseSeconds,
        });

      // Idle buckets start now; busy ones where the last reservation ended. Between the two tries it may have changed.
      for (let tries = 0; tries < 2; tries += 1) {
        const idle = await change('nextTokenMs = :end', 'attribute_not_exists(pk) OR nextTokenMs <= :now', {
          ':now': nowMs,
          ':end': nowMs + forMs,
        });
        if (idle !== undefined) return nowMs;
        const busy = await change(
          'nextTokenMs = nextTokenMs + :for',
          'nextTokenMs > :now AND nextTokenMs <= :latest',
          { ':now': nowMs, ':for': forMs, ':latest': latestStartMs },
        );
        if (busy !== undefined) return busy - forMs;
      }
      return undefined;
    },
  };

  /** The time after the change; undefined if the condition does not hold. */
  async function update(
    bucket: string,
    assignment: string,
    ConditionExpression: string,
    ExpressionAttributeValues: Record<string, number>,
  ): Promise<number | undefined> {
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: bucketKey(bucket),
          UpdateExpression: `SET ${assignment}, expiresAt = :expiry`,
          ConditionExpression,
          ExpressionAttributeValues,
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return Attributes?.['nextTokenMs'] as number;
    } catch (error) {
      if (isConditionFailure(error)) return undefined;
      throw error;
    }
  }
}
