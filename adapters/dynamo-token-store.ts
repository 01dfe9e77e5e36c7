import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  type CallLimit,
  intervalMs,
  latestStartMs,
  type TokenStore,
  tokensInReach,
} from '../core/rate-limit.ts';
import { type DynamoTable, isConditionFailure } from './dynamo-client.ts';
import { bucketKey } from './dynamo-keys.ts';

/** A bucket that was unused for this long is idle, and an idle bucket needs no item. */
const keptAfterUseSeconds = 3_600;

/** One item per bucket: the time at which its next token becomes valid. */
export function createTokenStore({ client, tableName }: DynamoTable): TokenStore {
  return {
    async reserveTokens(limit, count, now) {
      const nowMs = now.getTime();
      // An idle bucket starts now, and a busy one where its last reservation ended.
      const reserve = async (tokens: number) =>
        (await startIdle(limit, tokens, nowMs)) ?? (await goOn(limit, tokens, nowMs));
      const wanted = Math.min(count, tokensInReach(limit, nowMs, nowMs));
      const startMs = await reserve(wanted);
      if (startMs !== undefined) return startMs;
      // Try twice: the bucket has room for the first tokens only, or has changed from busy to idle between the writes.
      const nextMs = Math.max(nowMs, await readNextTokenMs(limit.bucket));
      const fitting = Math.min(count, tokensInReach(limit, nextMs, nowMs));
      return fitting > 0 ? reserve(fitting) : undefined;
    },
  };

  async function startIdle(limit: CallLimit, count: number, nowMs: number): Promise<number | undefined> {
    const forMs = lengthMs(limit, count);
    const condition = 'attribute_not_exists(pk) OR nextTokenMs <= :now';
    const values = { ':now': nowMs, ':end': nowMs + forMs, ':expiry': expiryOf(nowMs + forMs) };
    const endMs = await update(limit.bucket, 'nextTokenMs = :end', condition, values);
    return endMs === undefined ? undefined : nowMs;
  }

  async function goOn(limit: CallLimit, count: number, nowMs: number): Promise<number | undefined> {
    const forMs = lengthMs(limit, count);
    const condition = 'nextTokenMs > :now AND nextTokenMs <= :latest';
    const values = {
      ':now': nowMs,
      ':for': forMs,
      ':latest': latestStartMs(limit, nowMs, count),
      ':expiry': expiryOf(nowMs + forMs),
    };
    const endMs = await update(limit.bucket, 'nextTokenMs = nextTokenMs + :for', condition, values);
    return endMs === undefined ? undefined : endMs - forMs;
  }

  async function readNextTokenMs(bucket: string): Promise<number> {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: bucketKey(bucket), ConsistentRead: true }),
    );
    return (Item?.['nextTokenMs'] as number | undefined) ?? 0;
  }

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

function lengthMs(limit: CallLimit, count: number): number {
  return Math.ceil(count * intervalMs(limit));
}

/** In seconds since 1970. */
function expiryOf(endMs: number): number {
  return Math.ceil(endMs / 1_000) + keptAfterUseSeconds;
}
