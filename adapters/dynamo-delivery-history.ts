import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { DeliveryFilter, DeliveryHistory, StatusClass } from '../core/deliveries/delivery-history.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { anyCondition, type Condition, filterBy, isOfTypes, isOneOf } from './dynamo-conditions.ts';
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

function conditionsOf(pk: string, filter: DeliveryFilter) {
  const { states, statusClasses, eventTypes, since = '', until } = filter;
  const { values, ...parts } = filterBy([
    ...(states ? [isOneOf('state', states)] : []),
    ...(statusClasses ? [anyCondition(statusClasses.map(isOfClass))] : []),
    ...(eventTypes ? [isOfTypes('eventType', eventTypes)] : []),
  ]);
  return {
    ...parts,
    // "#~" sorts after all deliveries of that moment, because no identifier contains "~".
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': pk,
      ':from': `D#${since}`,
      ':to': until ? `D#${until}#~` : 'D#~',
      ...values,
    },
  };
}

function isOfClass(statusClass: StatusClass): Condition {
  if (statusClass === 'none') return { expression: 'attribute_not_exists(responseStatus)', values: {} };
  const lowest = Number(statusClass.slice(0, 1)) * 100;
  // Statuses above 599, which a receiver may make up, count as faults of the receiver.
  const highest = statusClass === '5xx' ? 999 : lowest + 99;
  const [from, to] = [`:from${statusClass}`, `:to${statusClass}`];
  return {
    expression: `responseStatus BETWEEN ${from} AND ${to}`,
    values: { [from]: lowest, [to]: highest },
  };
}
