import { DeleteCommand, GetCommand, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { withRateLimit } from '../core/subscriptions/rate-limit.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../core/subscriptions/subscription-store.ts';
import { wakeAtOf } from '../core/subscriptions/wake-time.ts';
import { type DynamoTable, isConditionFailure } from './dynamo-client.ts';
import { dueShardOf, subscriptionKey, subscriptionPrefix } from './dynamo-keys.ts';

/** In the due index while there is a time at which something is to be done. */
function itemOf(subscription: Subscription) {
  const key = subscriptionKey(subscription.accountId, subscription.id);
  const dueAt = wakeAtOf(subscription);
  return { ...key, subscription, ...(dueAt ? { dueShard: dueShardOf(key.sk, 'subscriptions'), dueAt } : {}) };
}

export function createSubscriptionStore({ client, tableName }: DynamoTable): SubscriptionStore {
  return {
    async listSubscriptions(accountId) {
      const pages = paginateQuery(
        { client },
        {
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: {
            ':pk': subscriptionKey(accountId, '').pk,
            ':prefix': subscriptionPrefix,
          },
          ConsistentRead: true,
        },
      );
      const subscriptions: Subscription[] = [];
      for await (const { Items = [] } of pages) {
        subscriptions.push(...Items.map(toSubscription));
      }
      return subscriptions.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    },

    async findSubscription(accountId, subscriptionId) {
      const { Item } = await client.send(
        new GetCommand({
          TableName: tableName,
          Key: subscriptionKey(accountId, subscriptionId),
          ConsistentRead: true,
        }),
      );
      return Item && toSubscription(Item);
    },

    // No condition is needed, because the id is random. With one, the SDK's repetition of a write whose answer was
    // lost would fail.
    async createSubscription(subscription) {
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: itemOf(subscription),
        }),
      );
    },

    async replaceSubscription(seen, next) {
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: itemOf(next),
            ConditionExpression: 'subscription.version = :version',
            ExpressionAttributeValues: { ':version': seen.version },
          }),
        );
        return true;
      } catch (error) {
        if (isConditionFailure(error)) return false;
        throw error;
      }
    },

    async deleteSubscription(accountId, subscriptionId, seen) {
      try {
        const { Attributes } = await client.send(
          new DeleteCommand({
            TableName: tableName,
            Key: subscriptionKey(accountId, subscriptionId),
            ReturnValues: 'ALL_OLD',
            ...(seen
              ? {
                  ConditionExpression: 'subscription.version = :version',
                  ExpressionAttributeValues: { ':version': seen.version },
                }
              : {}),
          }),
        );
        return Attributes !== undefined;
      } catch (error) {
        if (isConditionFailure(error)) return false;
        throw error;
      }
    },
  };
}

function toSubscription(item: Record<string, unknown>): Subscription {
  return withRateLimit(item['subscription'] as Subscription);
}
