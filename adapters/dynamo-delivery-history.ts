import { paginateQuery, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Attempt, Delivery, DeliveryRef } from '../core/delivery.ts';
import type { DeliveryFilter, DeliveryHistory } from '../core/ports.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { toDelivery } from './dynamo-delivery-log.ts';
import { attemptKey, deliveryKey } from './dynamo-keys.ts';

/** Rows that one request reads at most: a filter that hardly any fits must not make it last. */
const maxRowsRead = 1_000;
/** Of rows of which some do not fit. */
const filteredPageSize = 100;

export function createDeliveryHistory({ client, tableName }: DynamoTable): DeliveryHistory {
  async function readPage(pk: string, filter: DeliveryFilter, limit: number, after: string | undefined) {
    const isFiltered = filter.states !== undefined || filter.eventType !== undefined;
    const {
      Items = [],
      ScannedCount = 0,
      LastEvaluatedKey,
    } = await client.send(
      new QueryCommand({
        TableName: tableName,
        ...conditionsOf(pk, filter),
        ScanIndexForward: false,
        Limit: isFiltered ? filteredPageSize : limit,
        ...(after ? { ExclusiveStartKey: { pk, sk: after } } : {}),
      }),
    );
    const next = LastEvaluatedKey?.['sk'] as string | undefined;
    return { deliveries: Items.map(toDelivery), rowsRead: ScannedCount, next };
  }

  return {
    async listDeliveries(accountId, subscriptionId, filter, limit, after) {
      const { pk } = deliveryKey({ accountId, subscriptionId, eventId: '', eventType: '', acceptedAt: '' });
      const found: Delivery[] = [];
      let rowsRead = 0;
      let next = after;
      do {
        const page = await readPage(pk, filter, limit, next);
        found.push(...page.deliveries);
        rowsRead += page.rowsRead;
        next = page.next;
      } while (next && found.length < limit && rowsRead < maxRowsRead);
      const shown = found.slice(0, limit);
      const last = shown.at(-1);
      return { deliveries: shown, next: last && found.length > limit ? deliveryKey(last).sk : next };
    },

    async listAttempts(ref: DeliveryRef) {
      const { pk, sk } = attemptKey(ref, '');
      const pages = paginateQuery(
        { client },
        {
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk, ':prefix': sk },
        },
      );
      const attempts: Attempt[] = [];
      for await (const { Items = [] } of pages)
        attempts.push(...Items.map(({ startedAt, outcome }) => ({ startedAt, outcome })));
      return attempts;
    },
  };
}

function conditionsOf(pk: string, { states, eventType, since = '', until }: DeliveryFilter) {
  const filters = [
    ...(states ? [`#state IN (${states.map((_, index) => `:state${index}`).join(', ')})`] : []),
    ...(eventType ? ['eventType = :eventType'] : []),
  ];
  return {
    // All of a moment's deliveries lie before "#~": identifiers hold no such character.
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ...(filters.length > 0 ? { FilterExpression: filters.join(' AND ') } : {}),
    ...(states ? { ExpressionAttributeNames: { '#state': 'state' } } : {}),
    ExpressionAttributeValues: {
      ':pk': pk,
      ':from': `D#${since}`,
      ':to': until ? `D#${until}#~` : 'D#~',
      ...Object.fromEntries((states ?? []).map((state, index) => [`:state${index}`, state])),
      ...(eventType ? { ':eventType': eventType } : {}),
    },
  };
}
