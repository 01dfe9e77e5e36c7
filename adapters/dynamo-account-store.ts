import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AccountStatus } from '../core/accounts/account.ts';
import type { AccountStore } from '../core/accounts/account-store.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { accountKey } from './dynamo-keys.ts';

export function createAccountStore({ client, tableName }: DynamoTable): AccountStore {
  return {
    async findAccountStatus(accountId) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: accountKey(accountId), ConsistentRead: true }),
      );
      return (Item?.['status'] as AccountStatus | undefined) ?? 'active';
    },

    async setAccountStatus(accountId, status, now) {
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: { ...accountKey(accountId), status, updatedAt: now.toISOString() },
        }),
      );
    },
  };
}
