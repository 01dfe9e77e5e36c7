import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { StageStatusStore } from '../core/accounts/stage-status.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { stageKey } from './dynamo-keys.ts';

export function createStageStatusStore({ client, tableName }: DynamoTable): StageStatusStore {
  async function readItem() {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: stageKey, ConsistentRead: true }),
    );
    return Item;
  }

  return {
    async isStagePaused() {
      return (await readItem())?.['isPaused'] === true;
    },

    async findPausedSince() {
      const item = await readItem();
      return item?.['isPaused'] === true ? (item['updatedAt'] as string) : undefined;
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
