import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Credential } from '../core/accounts/credential.ts';
import type { CredentialLookup, CredentialStore } from '../core/accounts/credential-store.ts';
import { type DynamoTable, isConditionFailure } from './dynamo-client.ts';
import { accountKey, apiKeyOfAccountKey, apiKeyPrefix, credentialKey } from './dynamo-keys.ts';

/**
 * A credential stands under its own identifier, where the authorizer finds it; an API key is also named under its
 * account. It is named before it can be used and forgotten after it cannot, so that a crash leaves none unlisted.
 */
export function createCredentialStore({
  client,
  tableName,
}: DynamoTable): CredentialLookup & CredentialStore {
  async function findCredential(id: string): Promise<Credential | undefined> {
    // Consistent: the gateway would remember for half a minute that a new key is not there yet.
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: credentialKey(id), ConsistentRead: true }),
    );
    return Item?.['credential'] as Credential | undefined;
  }

  return {
    findCredential,

    async noteUse(id, now) {
      try {
        await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: credentialKey(id),
            UpdateExpression: 'SET credential.lastUsedAt = :now',
            // A key that was revoked meanwhile must not come back as an item without a secret.
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
