import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DeliveryState } from '../core/deliveries/delivery.ts';
import type { DeliveryFilter, DeliveryHistory, StatusClass } from '../core/deliveries/delivery-history.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { toDelivery } from './dynamo-delivery-log.ts';
import { readRows } from './dynamo-delivery-rows.ts';
import { readFilledPage } from './dynamo-filled-page.ts';
import { attemptKey, deliveryKey } from './dynamo-keys.ts';

export function createDeliveryHistory(table: DynamoTable): DeliveryHistory {
  const { client, tableName } = table;

  return {
    async listDeliveries(accountId, subscriptionId, filter, limit, after) {
      const { pk } = deliveryKey({ accountId, subscriptionId, eventId: '', eventType: '', acceptedAt: '' });
      const query = { TableName: tableName, ...conditionsOf(pk, filter) };
      const { rows, next } = await readFilledPage(client, query, {
        limit,
        after,
        positionOf: ({ sk }) => String(sk),
        startKeyOf: (sk) => ({ pk, sk }),
      });
      return { items: rows.map(toDelivery), next };
    },

    async listAttempts(ref, limit) {
      const { pk, sk } = attemptKey(ref, '');
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk, ':prefix': sk },
          ScanIndexForward: false,
          Limit: limit,
        }),
      );
      return Items.map(({ startedAt, outcome, sent }) => ({ startedAt, outcome, sent }));
    },

    async findDeliveries(refs) {
      if (refs.length === 0) return [];
      const { rows, unread } = await readRows(table, refs.map(deliveryKey));
      // Fail, because the caller would take a missing delivery for one that has no row yet.
      if (unread > 0) throw new Error(`${unread} deliveries could not be read: DynamoDB throttles`);
      return rows;
    },
  };
}

interface Condition {
  readonly expression: string;
  readonly values: Readonly<Record<string, unknown>>;
}

function conditionsOf(pk: string, { states, statusClass, eventType, since = '', until }: DeliveryFilter) {
  const filters = [
    ...(states ? [isOneOf(states)] : []),
    ...(statusClass ? [isOfClass(statusClass)] : []),
    ...(eventType ? [{ expression: 'eventType = :eventType', values: { ':eventType': eventType } }] : []),
  ];
  return {
    // "#~" sorts after all deliveries of that moment, because no identifier contains "~".
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    FilterExpression: filters.map(({ expression }) => expression).join(' AND ') || undefined,
    ExpressionAttributeNames: states ? { '#state': 'state' } : undefined,
    ExpressionAttributeValues: Object.assign(
      { ':pk': pk, ':from': `D#${since}`, ':to': until ? `D#${until}#~` : 'D#~' },
      ...filters.map(({ values }) => values),
    ) as Record<string, unknown>,
  };
}

function isOneOf(states: readonly DeliveryState[]): Condition {
  const values = Object.fromEntries(states.map((state, index) => [`:state${index}`, state]));
  return { expression: `#state IN (${Object.keys(values).join(', ')})`, values };
}

function isOfClass(statusClass: StatusClass): Condition {
  if (statusClass === 'none') return { expression: 'attribute_not_exists(responseStatus)', values: {} };
  const lowest = Number(statusClass.slice(0, 1)) * 100;
  // Statuses above 599, which a receiver may make up, count as faults of the receiver.
  const highest = statusClass === '5xx' ? 999 : lowest + 99;
  return {
    expression: 'responseStatus BETWEEN :lowest AND :highest',
    values: { ':lowest': lowest, ':highest': highest },
  };
}
