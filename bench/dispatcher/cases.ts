import type { SQSEvent } from 'aws-lambda';
import { storeAccount } from '../accounts.ts';
import { type MeasuredHandler, startMeasuredProcess } from '../measured-process.ts';
import { publishedEvent, queueRecord } from '../messages.ts';
import type { Contestant } from '../samples.ts';
import { callsBetween, type StubAws } from '../stub-aws.ts';

/** The accounts of a batch's events, all alike. */
export interface Case {
  readonly name: string;
  /** Of each account. */
  readonly subscriptions: number;
  /** How many of them take the event: the deliveries that come of it. */
  readonly fanOut: number;
  /** Further accounts in the table. */
  readonly furtherAccounts?: number;
}

/** Calls for one event, by what they are for. */
export interface EventCalls {
  readonly puts: number;
  readonly sends: number;
  /** Reads of accounts and subscriptions, and whatever else. */
  readonly others: number;
}

export interface MeasuredCase extends Contestant {
  /** Once its caches are warm. */
  countCalls(): Promise<EventCalls>;
  close(): Promise<void>;
}

/** What SQS hands out at once at most. */
export const eventsPerBatch = 10;

/** So few that they end long before a cached subscription does. */
const countedBatches = 10;

/** Starts a dispatcher, and stores an account for each event of a batch. A window's figure is CPU-µs for each event. */
export async function startCase(
  { name, subscriptions, fanOut, furtherAccounts = 0 }: Case,
  stub: StubAws,
  { tableName, ...handler }: MeasuredHandler & { readonly tableName: string },
  windowCpuMs: number,
): Promise<MeasuredCase> {
  const accountIds = Array.from(
    { length: eventsPerBatch },
    (_, place) => `acc_${subscriptions}_${fanOut}_${place}`,
  );
  for (const accountId of accountIds) {
    const url = 'https://receiver.example.com/hook';
    await storeAccount(stub, tableName, { accountId, subscriptions, taking: fanOut, url });
  }
  await stub.multiply(furtherAccounts);
  const batch: SQSEvent = {
    Records: accountIds.map((accountId) => queueRecord(publishedEvent(accountId, `evt_${accountId}`))),
  };
  const measured = await startMeasuredProcess(handler);

  async function dispatch(amount: Parameters<typeof measured.handle>[1]) {
    const usage = await measured.handle([batch], amount);
    if (usage.failedMessages > 0) throw new Error(`${name}: ${usage.failedMessages} events failed`);
    return usage;
  }

  return {
    name,
    async runWindow() {
      await dispatch({ events: 2 });
      const { events, cpuMicros } = await dispatch({ cpuMs: windowCpuMs });
      return cpuMicros / (events * eventsPerBatch);
    },
    async countCalls() {
      await dispatch({ events: 1 });
      const before = await stub.countCalls();
      await dispatch({ events: countedBatches });
      const calls = callsBetween(before, await stub.countCalls());
      const perEvent = (count: number) => count / (countedBatches * eventsPerBatch);
      const { PutItem = 0, SendMessageBatch = 0, ...others } = calls;
      return {
        puts: perEvent(PutItem),
        sends: perEvent(SendMessageBatch),
        others: perEvent(Object.values(others).reduce((sum, count) => sum + count, 0)),
      };
    },
    close: () => measured.close(),
  };
}
