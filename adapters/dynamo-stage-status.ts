import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { StageStatusStore } from '../core/accounts/stage-status.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { stageKey } from './dynamo-keys.ts';

export function createStageStatusStore({ client, tableName }: DynamoTable): StageStatusStore {
  return {
    async isStagePaused() {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: stageKey, ConsistentRead: true }),
      );
      return Item?.['isPaused'] === true;
    },

    async setStagePaused(isPaused, now) {
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: { ...stageKey, isPaused, updatedAt: now.toISOString() },
        }),
      );
    },
  };
}
