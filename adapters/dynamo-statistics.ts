import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import {
  addTallies,
  emptyTally,
  endOfHour,
  latencyBoundsMs,
  statisticsRetentionDays,
  type Tally,
} from '../core/deliveries/statistics.ts';
import type { StatisticsHistory, StatisticsPart } from '../core/deliveries/statistics-log.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { statisticsKey, statisticsPrefix } from './dynamo-keys.ts';

/** Sorts after every part of an hour. */
const afterParts = '~';

/** Reads what `statisticsItem` has written: for each hour and subscription one item from each sandbox that called. */
export function createStatisticsHistory({ client, tableName }: DynamoTable): StatisticsHistory {
  return {
    async listStatistics(of, { first, last }) {
      const { pk, sk: from } = statisticsKey(of, first, '');
      const pages = paginateQuery(
        { client },
        {
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: {
            ':pk': pk,
            ':from': from,
            ':to': statisticsKey(of, last, afterParts).sk,
          },
        },
      );
      // The table lists them by hour.
      const hours = new Map<string, Tally>();
      for await (const { Items = [] } of pages) {
        for (const item of Items)
          hours.set(hourOf(item), addTallies(hours.get(hourOf(item)) ?? emptyTally, tallyOf(item)));
      }
      return [...hours].map(([hour, tally]) => ({ hour, tally }));
    },
  };
}

export function statisticsItem({ id, hour, tally, ...of }: StatisticsPart) {
  return {
    ...statisticsKey(of, hour, id),
    ...countersOf(tally),
    expiresAt: endOfHour(hour).getTime() / 1_000 + statisticsRetentionDays * 24 * 3_600,
  };
}

/** A counter that is zero has no attribute. */
function countersOf({ answeredByLatency, ...counters }: Tally): Record<string, number> {
  const buckets = answeredByLatency.map((count, bucket) => [bucketName(bucket), count] as const);
  return Object.fromEntries([...Object.entries(counters), ...buckets].filter(([, count]) => count > 0));
}

/** Named by its bound, so a stored count keeps its meaning if the bounds change. */
function bucketName(bucket: number): string {
  return `answeredWithin${latencyBoundsMs[bucket]}Ms`;
}

function hourOf(item: Record<string, unknown>): string {
  const [hour] = String(item['sk']).slice(statisticsPrefix.length).split('#');
  return `${hour}:00:00.000Z`;
}

function tallyOf(item: Record<string, unknown>): Tally {
  const read = (name: string) => Number(item[name] ?? 0);
  return {
    delivered: read('delivered'),
    failedAttempts: read('failedAttempts'),
    failed: read('failed'),
    answeredByLatency: latencyBoundsMs.map((_, bucket) => read(bucketName(bucket))),
    answeredMs: read('answeredMs'),
  };
}
