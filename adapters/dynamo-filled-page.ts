import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';

/**
 * The most rows that one request reads. Without it, a filter that matches almost nothing could read for a long time.
 */
const maxRowsRead = 1_000;
/** How many rows one Query reads if a filter will drop some of them. */
const filteredQueryLimit = 100;

export type Row = Record<string, unknown>;

export interface PageRequest {
  readonly limit: number;
  /** The position where the previous page ended. Undefined for the first page. */
  readonly after: string | undefined;
  /** The position of a row, or of the key at which DynamoDB stopped. */
  readonly positionOf: (row: Row) => string;
  readonly startKeyOf: (position: string) => Row;
}

/**
 * Queries, newest first, until a page is full. DynamoDB filters after it has read, so a single answer may hold few or
 * no matching rows.
 */
export async function readFilledPage(
  client: DynamoDBDocumentClient,
  query: QueryCommandInput,
  { limit, after, positionOf, startKeyOf }: PageRequest,
): Promise<{ rows: Row[]; next: string | undefined }> {
  const found: Row[] = [];
  let rowsRead = 0;
  let next = after;
  do {
    const { Items, ScannedCount, LastEvaluatedKey } = await client.send(
      new QueryCommand({
        ...query,
        ScanIndexForward: false,
        Limit: query.FilterExpression ? filteredQueryLimit : limit,
        ...(next === undefined ? {} : { ExclusiveStartKey: startKeyOf(next) }),
      }),
    );
    found.push(...(Items ?? []));
    rowsRead += ScannedCount ?? 0;
    next = LastEvaluatedKey && positionOf(LastEvaluatedKey);
  } while (next !== undefined && found.length < limit && rowsRead < maxRowsRead);
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: last && found.length > limit ? positionOf(last) : next };
}
