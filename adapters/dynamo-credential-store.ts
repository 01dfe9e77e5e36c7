import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Credential, isLive } from '../core/accounts/credential.ts';
import type { CredentialLookup, CredentialStore } from '../core/accounts/credential-store.ts';
import { type DynamoTable, isConditionFailure } from './dynamo-client.ts';
import { accountKey, credentialKey, credentialOfAccountKey, credentialPrefixes } from './dynamo-keys.ts';

/**
 * Stores a credential under its own identifier, where the authorizer finds it. It is also listed under its
 * account. The list entry is written before the key works and deleted after it stops working, so a crash leaves no
 * unlisted credential that works.
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
      const expiry = expiresAt ? { expiresAt: Math.ceil(new Date(expiresAt).getTime() / 1_000) } : {};
      await put({ ...credentialOfAccountKey(accountId, kind, id), ...expiry });
      await put({ ...credentialKey(id), credential, ...expiry });
    },

    async listCredentials(accountId, kind, now) {
      const prefix = credentialPrefixes[kind];
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': accountKey(accountId).pk, ':prefix': prefix },
          ConsistentRead: true,
        }),
      );
      const ids = Items.map(({ sk }) => String(sk).slice(prefix.length));
      const found = await Promise.all(ids.map(findCredential));
      return found
        .filter((credential) => credential !== undefined)
        .filter((credential) => isLive(credential, now))
        .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    },

    async openSession({ id, linkSecretHash, secretHash, now }) {
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: credentialKey(id),
            UpdateExpression: 'SET credential.secretHash = :new REMOVE credential.#link',
            ConditionExpression:
              'credential.#link.secretHash = :link AND credential.#link.expiresAt > :now AND credential.expiresAt > :now',
            ExpressionAttributeNames: { '#link': 'link' },
            ExpressionAttributeValues: {
              ':new': secretHash,
              ':link': linkSecretHash,
              ':now': now.toISOString(),
            },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return Attributes?.['credential'] as Credential;
      } catch (error) {
        if (isConditionFailure(error)) return undefined;
        throw error;
      }
    },

    async revokeCredential(accountId, kind, id) {
      const Key = credentialOfAccountKey(accountId, kind, id);
      const known = await client.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
      if (!known.Item) return false;
      await client.send(new DeleteCommand({ TableName: tableName, Key: credentialKey(id) }));
      await client.send(new DeleteCommand({ TableName: tableName, Key }));
      return true;
    },
  };

  async function put(Item: Record<string, unknown>): Promise<void> {
    await client.send(new PutCommand({ TableName: tableName, Item }));
  }
}
