import { paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  endOfHour,
  type HourlyTally,
  hourOf,
  latencyBoundsMs,
  statisticsRetentionDays,
  type Tally,
} from '../core/deliveries/statistics.ts';
import type { StatisticsHistory, StatisticsLog } from '../core/deliveries/statistics-log.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { statisticsKey, statisticsPrefix } from './dynamo-keys.ts';

/** Callbacks wait for this write. A table that does not answer must not hold them up. */
const longestWriteMs = 1_000;

/**
 * One item per hour and subscription, to which every batch adds. Adding is not idempotent: if an answer is lost, the
 * SDK repeats the write and its calls count twice.
 */
export function createStatisticsLog(
  { client, tableName }: DynamoTable,
  maxWriteMs = longestWriteMs,
): StatisticsLog & StatisticsHistory {
  return {
    async addStatistics(of, tally, now) {
      const hour = hourOf(now);
      const counters = Object.entries(countersOf(tally)).filter(([, count]) => count > 0);
      await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: statisticsKey(of, hour),
          UpdateExpression: `SET expiresAt = :expiry ADD ${counters.map(([name]) => `#${name} :${name}`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(counters.map(([name]) => [`#${name}`, name])),
          ExpressionAttributeValues: {
            ':expiry': endOfHour(hour).getTime() / 1_000 + statisticsRetentionDays * 24 * 3_600,
            ...Object.fromEntries(counters.map(([name, count]) => [`:${name}`, count])),
          },
        }),
        { abortSignal: AbortSignal.timeout(maxWriteMs) },
      );
    },

    async listStatistics(of, { first, last }) {
      const { pk, sk: from } = statisticsKey(of, first);
      const pages = paginateQuery(
        { client },
        {
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': statisticsKey(of, last).sk },
        },
      );
      const hours: HourlyTally[] = [];
      for await (const { Items = [] } of pages) hours.push(...Items.map(toHourlyTally));
      return hours;
    },
  };
}

/** ADD works on the top-level attributes of an item only, not inside a list or a map. */
function countersOf(tally: Tally): Record<string, number> {
  const { answeredByLatency, ...counters } = tally;
  return {
    ...counters,
    ...Object.fromEntries(answeredByLatency.map((count, bucket) => [bucketName(bucket), count])),
  };
}

/** Named by its bound, so a stored count keeps its meaning if the bounds change. */
function bucketName(bucket: number): string {
  return `answeredWithin${latencyBoundsMs[bucket]}Ms`;
}

/** A counter that was always zero has no attribute. */
function toHourlyTally(item: Record<string, unknown>): HourlyTally {
  const read = (name: string) => Number(item[name] ?? 0);
  return {
    hour: `${String(item['sk']).slice(statisticsPrefix.length)}:00:00.000Z`,
    tally: {
      delivered: read('delivered'),
      failedAttempts: read('failedAttempts'),
      failed: read('failed'),
      answeredByLatency: latencyBoundsMs.map((_, bucket) => read(bucketName(bucket))),
      answeredMs: read('answeredMs'),
    },
  };
}
