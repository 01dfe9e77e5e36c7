import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { EventBodies, EventLog, StoredEvent } from '../core/deliveries/event-log.ts';
import { type DynamoTable, expiryAfter, isConditionFailure } from './dynamo-client.ts';
import { packContent, unpackContent } from './dynamo-event-content.ts';
import { eventKey, feedKey } from './dynamo-keys.ts';

export function createEventLog(table: DynamoTable): EventLog & EventBodies {
  const { client, tableName } = table;

  async function read(accountId: string, eventId: string, attributes: string[]) {
    const { Item } = await client.send(
      new GetCommand({
        TableName: tableName,
        Key: eventKey(accountId, eventId),
        ConsistentRead: true,
        ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
        ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
      }),
    );
    return Item;
  }

  return {
    async recordEvent(event, plan, now) {
      const { body, acceptedAt, accountId, id, envelopeId, contentHash, type, isTest = false } = event;
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: {
              ...eventKey(accountId, id),
              type,
              acceptedAt,
              envelopeId,
              contentHash,
              content: packContent({ plan, body }),
              isTest,
              recordedAt: now.toISOString(),
              ...feedKey(accountId, id, now.toISOString()),
              expiresAt: expiryAfter(table, acceptedAt),
            },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return 'recorded';
      } catch (error) {
        if (!isConditionFailure(error)) throw error;
        const existing = await read(accountId, id, ['envelopeId', 'contentHash', 'acceptedAt', 'content']);
        // The item is absent only if its time to live ended between the two calls. The queue's next try stores it
        // anew.
        if (!existing) throw error;
        const { content, ...facts } = existing;
        const { plan: storedPlan } = unpackContent(content as Uint8Array);
        return { ...facts, plan: storedPlan } as StoredEvent;
      }
    },

    async keepEvent(accountId, eventId, now) {
      try {
        await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: eventKey(accountId, eventId),
            UpdateExpression: 'SET expiresAt = :expiry',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':expiry': expiryAfter(table, now.toISOString()) },
          }),
        );
        return true;
      } catch (error) {
        if (isConditionFailure(error)) return false;
        throw error;
      }
    },

    async readEventBody(accountId, eventId) {
      const item = await read(accountId, eventId, ['content', 'isTest']);
      if (!item) return undefined;
      const { body } = unpackContent(item['content'] as Uint8Array);
      return { text: body, isTest: item['isTest'] === true };
    },
  };
}
