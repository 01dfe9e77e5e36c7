import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A table and the client that reaches it; every Dynamo adapter takes one. */
export interface DynamoTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** How long events, deliveries and attempts are kept, in seconds, by the table's TTL attribute `expiresAt`. */
  readonly retentionSeconds: number;
}

export function connectTable(tableName: string, retentionDays: number): DynamoTable {
  return {
    client: DynamoDBDocumentClient.from(new DynamoDBClient({}), {
      // A map that has a "constructor" entry, which metadata may, would be taken for an instance of a class.
      marshallOptions: { removeUndefinedValues: true, convertClassInstanceToMap: true },
    }),
    tableName,
    retentionSeconds: retentionDays * 24 * 3600,
  };
}

/** The TTL attribute of an item that was last touched at that time: seconds since 1970. */
export function expiryAfter(table: DynamoTable, timestamp: string): number {
  return Math.floor(new Date(timestamp).getTime() / 1000) + table.retentionSeconds;
}

export function isConditionFailure(error: unknown): boolean {
  return Error.isError(error) && error.name === 'ConditionalCheckFailedException';
}
