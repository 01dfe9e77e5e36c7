import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { TokenStore } from '../core/rate-limit.ts';
import { intervalMs, latestStartMs } from '../core/rate-limit.ts';
import { type DynamoTable, isConditionFailure } from './dynamo-client.ts';
import { bucketKey } from './dynamo-keys.ts';

/** A bucket that was unused for this long is idle, and an idle bucket needs no item. */
const keptAfterUseSeconds = 3_600;

/** One item per bucket: the time at which its next token becomes valid. */
export function createTokenStore({ client, tableName }: DynamoTable): TokenStore {
  return {
    async reserveTokens(limit, count, now) {
      const nowMs = now.getTime();
      const forMs = Math.ceil(count * intervalMs(limit));
      const change = (assignment: string, condition: string, values: Record<string, number>) =>
        update(limit.bucket, assignment, condition, {
          ...values,
          ':expiry': Math.ceil((nowMs + forMs) / 1_000) + keptAfterUseSeconds,
        });

      // An idle bucket starts now, and a busy one where its last reservation ended. Try twice, because the bucket may
      // change from one to the other between the two writes.
      for (let tries = 0; tries < 2; tries += 1) {
        const idle = await change('nextTokenMs = :end', 'attribute_not_exists(pk) OR nextTokenMs <= :now', {
          ':now': nowMs,
          ':end': nowMs + forMs,
        });
        if (idle !== undefined) return nowMs;
        const busy = await change(
          'nextTokenMs = nextTokenMs + :for',
          'nextTokenMs > :now AND nextTokenMs <= :latest',
          { ':now': nowMs, ':for': forMs, ':latest': latestStartMs(limit, nowMs) },
        );
        if (busy !== undefined) return busy - forMs;
      }
      return undefined;
    },
  };

  /** Returns the time after the update, or undefined if the condition does not hold. */
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
