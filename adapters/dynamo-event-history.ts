import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { EventFilter, EventHistory, LoggedEvent, LoggedEventDetail } from '../core/ports.ts';
import { type DynamoTable, expiryAfter, isConditionFailure } from './dynamo-client.ts';
import { bodyOf } from './dynamo-event-log.ts';
import { fillPage } from './dynamo-filled-page.ts';
import { eventIdOf, eventKey, type Key } from './dynamo-keys.ts';

export function createEventHistory(table: DynamoTable): EventHistory {
  const { client, tableName } = table;

  return {
    async listEvents(accountId, filter, limit, after) {
      const query = { TableName: tableName, IndexName: 'feed', ...conditionsOf(accountId, filter) };
      const { rows, next } = await fillPage(client, query, {
        limit,
        after,
        positionOf: (row) => positionOf(toEvent(row)),
        startKeyOf: (position) => startKeyOf(accountId, position),
      });
      return { items: rows.map(toEvent), next };
    },

    async findEvent(accountId, eventId) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: eventKey(accountId, eventId), ConsistentRead: true }),
      );
      if (!Item) return undefined;
      const plan = Item['plan'] as LoggedEventDetail['plan'];
      return { ...toEvent(Item), plan, body: await bodyOf(Item) };
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
  };
}

function conditionsOf(accountId: string, { type, since = '', until }: EventFilter) {
  return {
    KeyConditionExpression: 'feedAccount = :account AND recordedAt BETWEEN :from AND :to',
    FilterExpression: type ? '#type = :type' : undefined,
    ExpressionAttributeNames: type ? { '#type': 'type' } : undefined,
    ExpressionAttributeValues: {
      ':account': accountId,
      ':from': since || '0',
      ':to': until ?? '~',
      ...(type ? { ':type': type } : {}),
    },
  };
}

function toEvent(item: Record<string, unknown>): LoggedEvent {
  const { type, acceptedAt, recordedAt, isTest } = item as unknown as LoggedEvent;
  return { id: eventIdOf(item as unknown as Key), type, acceptedAt, recordedAt, isTest };
}

/** Of an event in its account's list. */
function positionOf({ recordedAt, id }: LoggedEvent): string {
  return `${recordedAt} ${id}`;
}

function startKeyOf(accountId: string, position: string) {
  const [recordedAt = '', eventId = ''] = position.split(' ');
  return { ...eventKey(accountId, eventId), feedAccount: accountId, recordedAt };
}
