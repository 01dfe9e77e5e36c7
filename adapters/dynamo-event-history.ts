import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { EventFilter, EventHistory, LoggedEvent } from '../core/deliveries/event-history.ts';
import type { DynamoTable } from './dynamo-client.ts';
import { filterBy, isOfTypes } from './dynamo-conditions.ts';
import { unpackContent } from './dynamo-event-content.ts';
import { type Row, readFilledPage } from './dynamo-filled-page.ts';
import { eventIdOf, eventKey, feedsOf, type Key } from './dynamo-keys.ts';

export function createEventHistory({ client, tableName }: DynamoTable): EventHistory {
  return {
    async listEvents(accountId, filter, limit, after) {
      const pages = await Promise.all(
        feedsOf(accountId).map((feed) =>
          readFilledPage(
            client,
            { TableName: tableName, IndexName: 'feed', ...conditionsOf(feed, filter) },
            {
              limit,
              after,
              positionOf,
              // The position may come from another part. It then lies between two positions of this part.
              startKeyOf: (feedPosition) => ({
                ...eventKey(accountId, feedPosition.slice(feedPosition.indexOf(' ') + 1)),
                feed,
                feedPosition,
              }),
            },
          ),
        ),
      );
      const { rows, next } = mergePages(pages, limit);
      return { items: rows.map(toEvent), next };
    },

    async findEvent(accountId, eventId) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: eventKey(accountId, eventId), ConsistentRead: true }),
      );
      if (!Item) return undefined;
      return { ...toEvent(Item), ...unpackContent(Item['content'] as Uint8Array) };
    },
  };
}

function conditionsOf(feed: string, { eventTypes, since = '0', until }: EventFilter) {
  const { values, ...filter } = filterBy(eventTypes ? [isOfTypes('type', eventTypes)] : []);
  return {
    ...filter,
    KeyConditionExpression: 'feed = :feed AND feedPosition BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':feed': feed,
      ':from': since,
      // " ~" sorts after all events of that moment, because no identifier contains "~".
      ':to': until ? `${until} ~` : '~',
      ...values,
    },
  };
}

/**
 * The newest rows of all parts. A part that was not read to its end may have more rows below the position where it
 * stopped, so older rows of the other parts wait for the next page.
 */
function mergePages(pages: readonly { rows: Row[]; next: string | undefined }[], limit: number) {
  const known = pages
    .map(({ next = '' }) => next)
    .sort()
    .at(-1);
  const rows = pages
    .flatMap((page) => page.rows)
    .filter((row) => positionOf(row) >= (known ?? ''))
    .sort((a, b) => (positionOf(a) < positionOf(b) ? 1 : -1));
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, next: last && rows.length > limit ? positionOf(last) : known || undefined };
}

function toEvent(item: Record<string, unknown>): LoggedEvent {
  const { type, acceptedAt, recordedAt, isTest } = item as unknown as LoggedEvent;
  return { id: eventIdOf(item as unknown as Key), type, acceptedAt, recordedAt, isTest };
}

function positionOf({ feedPosition }: Row): string {
  return String(feedPosition);
}
