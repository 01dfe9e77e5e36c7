import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Credential } from '../core/accounts/credential.ts';
import type { CredentialLookup, CredentialStore } from '../core/accounts/credential-store.ts';
import { type DynamoTable, isConditionFailure } from './dynamo-client.ts';
import { accountKey, apiKeyOfAccountKey, apiKeyPrefix, credentialKey } from './dynamo-keys.ts';

/**
 * Stores a credential under its own identifier, where the authorizer finds it. An API key is also listed under its
 * account. The list entry is written before the key works and deleted after it stops working, so a crash leaves no
 * unlisted key that works.
 */
export function createCredentialStore({
  client,
  tableName,
}: DynamoTable): CredentialLookup & CredentialStore {
  async function findCredential(id: string): Promise<Credential | undefined> {
    // Read consistently: otherwise the gateway might remember for half a minute that a new key does not exist.
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: credentialKey(id), ConsistentRead: true }),
    );
    return Item?.['credential'] as Credential | undefined;
  }

  return {
    findCredential,

    async recordUse(id, now) {
      try {
        await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: credentialKey(id),
            UpdateExpression: 'SET credential.lastUsedAt = :now',
            // Do not recreate a key that was revoked in the meantime, as an item without a secret.
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':now': now.toISOString() },
          }),
        );
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
      }
    },

    async createCredential(credential) {
      const { accountId, id, kind, expiresAt } = credential;
      if (kind === 'api-key') {
        await client.send(new PutCommand({ TableName: tableName, Item: apiKeyOfAccountKey(accountId, id) }));
      }
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: {
            ...credentialKey(id),
            credential,
            ...(expiresAt ? { expiresAt: Math.ceil(new Date(expiresAt).getTime() / 1_000) } : {}),
          },
        }),
      );
    },

    async listApiKeys(accountId) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': accountKey(accountId).pk, ':prefix': apiKeyPrefix },
          ConsistentRead: true,
        }),
      );
      const ids = Items.map(({ sk }) => String(sk).slice(apiKeyPrefix.length));
      const found = await Promise.all(ids.map(findCredential));
      return found
        .filter((credential) => credential !== undefined)
        .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    },

    async revokeApiKey(accountId, id) {
      const known = await client.send(
        new GetCommand({
          TableName: tableName,
          Key: apiKeyOfAccountKey(accountId, id),
          ConsistentRead: true,
        }),
      );
      if (!known.Item) return false;
      await client.send(new DeleteCommand({ TableName: tableName, Key: credentialKey(id) }));
      await client.send(new DeleteCommand({ TableName: tableName, Key: apiKeyOfAccountKey(accountId, id) }));
      return true;
    },
  };
}
