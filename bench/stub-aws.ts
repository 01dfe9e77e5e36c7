import type { EngineUrls } from '../local/engines.ts';
import { startChild } from './child.ts';

/** An item of the table as the wire has it, with its key `pk` and `sk`. */
export type StoredItem = Readonly<Record<string, { readonly S?: string }>>;

/** How often each operation was called, such as `BatchWriteItem`. */
export type CallCounts = Readonly<Record<string, number>>;

export interface StubAws {
  /** DynamoDB, SQS and KMS have one address. */
  readonly urls: EngineUrls;
  /** Puts items into the table, where GetItem and Query find them. What functions write is not kept. */
  seed(items: readonly StoredItem[]): Promise<void>;
  /** Calls since the start. */
  countCalls(): Promise<CallCounts>;
  close(): Promise<void>;
}

/**
 * A process that speaks the wire protocols of AWS and answers at once. It takes every write as if there had been no
 * item before. So it costs little beside what is measured, and its memory does not grow.
 */
export async function startStubAws(): Promise<StubAws> {
  const { child, ready } = await startChild(new URL('./stub-aws-server.ts', import.meta.url));
  const url = String(ready);
  return {
    urls: { dynamoUrl: url, sqsUrl: url, kmsUrl: url },
    async seed(items) {
      await child.ask({ items });
    },
    countCalls: async () => (await child.ask('calls')) as CallCounts,
    close: () => child.close(),
  };
}

/** The calls between two counts, by operation. */
export function callsBetween(before: CallCounts, after: CallCounts): CallCounts {
  return Object.fromEntries(
    Object.entries(after)
      .map(([operation, count]) => [operation, count - (before[operation] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}
