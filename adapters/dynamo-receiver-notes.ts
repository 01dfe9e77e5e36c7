import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ReceiverNotes } from '../core/subscriptions/receiver-notes.ts';
import {
  type DisabledReason,
  maxAddressRefusals,
  type Subscription,
} from '../core/subscriptions/subscription.ts';
import { type DynamoTable, isConditionFailure } from './dynamo-client.ts';
import { subscriptionKey } from './dynamo-keys.ts';

/**
 * Writes what a call has shown about its receiver into the subscription, unless that has another URL by now or is gone:
 * then the call says nothing about it.
 */
export function createReceiverNotes({ client, tableName }: DynamoTable): ReceiverNotes {
  return {
    disable,

    async noteSuccess(subscription, now) {
      await note(
        subscription,
        'SET subscription.provenAt = if_not_exists(subscription.provenAt, :now) REMOVE subscription.addressRefusals',
        { ':now': now.toISOString() },
      );
    },

    async noteAddressRefused(subscription, now) {
      const noted = await note(
        subscription,
        'SET subscription.addressRefusals = if_not_exists(subscription.addressRefusals, :zero) + :one',
        { ':zero': 0, ':one': 1 },
      );
      if ((noted?.addressRefusals ?? 0) >= maxAddressRefusals) {
        await disable(subscription, 'address-forbidden', now);
      }
    },

    async noteSpeed(subscription, isSlow, now) {
      if (isSlow) {
        const since = { ':now': now.toISOString() };
        const isNew = 'attribute_not_exists(subscription.slowSince)';
        await note(subscription, 'SET subscription.slowSince = :now', since, isNew);
      } else {
        const isOver = 'attribute_exists(subscription.slowSince)';
        await note(subscription, 'REMOVE subscription.slowSince', {}, isOver);
      }
    },
  };

  async function disable(subscription: Subscription, reason: DisabledReason, now: Date): Promise<void> {
    await note(
      subscription,
      'SET subscription.#status = :disabled, subscription.disabledReason = :reason, subscription.updatedAt = :now',
      { ':disabled': 'disabled', ':reason': reason, ':now': now.toISOString() },
      // Disabled by its owner meanwhile: the reason stays the owner's.
      'subscription.#status <> :disabled',
    );
  }

  /** The subscription after the change; undefined if there was nothing to change. */
  async function note(
    { accountId, id, url }: Subscription,
    change: string,
    values: Record<string, unknown>,
    condition?: string,
  ): Promise<Subscription | undefined> {
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: subscriptionKey(accountId, id),
          // Raises the version as every write does, so that no change by the API overwrites it unseen.
          UpdateExpression: `${change} ADD subscription.version :raise`,
          ConditionExpression: ['subscription.#url = :url', ...(condition ? [condition] : [])].join(' AND '),
          ExpressionAttributeNames: {
            '#url': 'url',
            ...(change.includes('#status') ? { '#status': 'status' } : {}),
          },
          ExpressionAttributeValues: { ...values, ':url': url, ':raise': 1 },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return Attributes?.['subscription'] as Subscription | undefined;
    } catch (error) {
      if (isConditionFailure(error)) return undefined;
      throw error;
    }
  }
}
