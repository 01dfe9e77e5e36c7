import type { EngineUrls } from '../local/engines.ts';
import { startChild } from './child.ts';

/** How often each operation was called, such as `BatchWriteItem`. */
export type CallCounts = Readonly<Record<string, number>>;

export interface StubAws {
  /** DynamoDB, SQS and KMS have one address. */
  readonly urls: EngineUrls;
  /** Keeps the items that are put meanwhile, for GetItem and Query. All other writes are forgotten. */
  seed(put: () => Promise<void>): Promise<void>;
  /** Puts so many more accounts with the same items beside those that are kept. */
  multiply(accounts: number): Promise<void>;
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
    async seed(put) {
      await child.ask('keep');
      await put();
      await child.ask('forget');
    },
    multiply: async (accounts) => void (await child.ask({ accounts })),
    countCalls: async () => (await child.ask('count')) as CallCounts,
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
