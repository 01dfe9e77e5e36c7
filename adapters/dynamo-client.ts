import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openConnections } from './aws-connections.ts';

/** A table and the client that reaches it. Every Dynamo adapter takes one. */
export interface DynamoTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** How long events, deliveries and attempts are kept, in seconds. The table's TTL attribute is `expiresAt`. */
  readonly retentionSeconds: number;
}

export function connectTable(
  tableName: string,
  retentionDays: number,
  connections = openConnections(),
): DynamoTable {
  return {
    // The document client adds its own middleware to each command.
    client: DynamoDBDocumentClient.from(connections.connect(DynamoDBClient, { cacheMiddleware: false }), {
      // Without this, a map with an entry "constructor", which metadata may have, would be taken for a class
      // instance.
      marshallOptions: { removeUndefinedValues: true, convertClassInstanceToMap: true },
    }),
    tableName,
    retentionSeconds: retentionDays * 24 * 3600,
  };
}

/** The TTL attribute of an item that was last touched at `timestamp`: seconds since 1970. */
export function expiryAfter(table: DynamoTable, timestamp: string): number {
  return Math.floor(new Date(timestamp).getTime() / 1000) + table.retentionSeconds;
}

/** Returns false, with nothing written, if the condition of the write does not hold. */
export async function ifHolds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

export function isConditionFailure(error: unknown): boolean {
  return Error.isError(error) && error.name === 'ConditionalCheckFailedException';
}
