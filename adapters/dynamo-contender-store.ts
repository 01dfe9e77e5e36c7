import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ContenderStore } from '../core/rate-limit.ts';
import { type DynamoTable, isConditionFailure } from './dynamo-client.ts';
import { contendersKey } from './dynamo-keys.ts';

/** Keeps the item small. With more accounts, each gets the smallest share anyway. */
const maxContenders = 1_000;

/** Nothing reads the item after the next window. */
const keptSeconds = 3_600;

/** One item for each host and window: the set of accounts that wait. */
export function createContenderStore({ client, tableName }: DynamoTable): ContenderStore {
  return {
    async addContender(host, accountId, windowStartMs) {
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: contendersKey(host, windowStartMs),
            UpdateExpression: 'SET expiresAt = :expiry ADD accounts :account',
            ConditionExpression: 'attribute_not_exists(accounts) OR size(accounts) < :max',
            ExpressionAttributeValues: {
              ':account': new Set([accountId]),
              ':max': maxContenders,
              ':expiry': Math.ceil(windowStartMs / 1_000) + keptSeconds,
            },
            ReturnValues: 'UPDATED_NEW',
          }),
        );
        const accounts = Attributes?.['accounts'] as ReadonlySet<string> | undefined;
        return accounts?.size ?? 0;
      } catch (error) {
        if (isConditionFailure(error)) return maxContenders;
        throw error;
      }
    },
  };
}
