import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';

/** Rows that one request reads at most: a filter that hardly any fits must not make it last. */
const maxRowsRead = 1_000;
/** What one Query reads of rows of which some do not fit. */
const filteredQueryLimit = 100;

export type Row = Record<string, unknown>;

export interface PageRequest {
  readonly limit: number;
  /** Where the page before it ended; undefined for the first. */
  readonly after: string | undefined;
  /** Of a row, or of the key at which DynamoDB has stopped. */
  readonly positionOf: (row: Row) => string;
  readonly startKeyOf: (position: string) => Row;
}

/**
 * Queries, newest first, until a page is full: DynamoDB filters after it has read, so that one answer may hold few or none
 * of the rows that fit.
 */
export async function fillPage(
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
