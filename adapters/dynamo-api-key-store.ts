import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ApiKeyRecord, ApiKeyStore } from '../core/ports.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { apiKeyKey } from './dynamo-keys.ts';

export function createApiKeyStore({ client, tableName }: DynamoTable): ApiKeyStore {
  return {
    async createApiKey(key) {
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: { ...apiKeyKey(key.id), key },
        }),
      );
    },
    async findApiKey(keyId) {
      // Consistent: the gateway would remember for half a minute that a new key is not there yet.
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: apiKeyKey(keyId), ConsistentRead: true }),
      );
      return Item?.['key'] as ApiKeyRecord | undefined;
    },
  };
}
