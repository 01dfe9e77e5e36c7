import type { SQSEvent } from 'aws-lambda';
import type { Amount, MeasuredProcess } from '../measured-process.ts';
import type { Contestant } from '../samples.ts';
import { type CallCounts, callsBetween, type StubAws } from '../stub-aws.ts';
import type { Receivers } from './receiver.ts';

/** Before the first window. V8 has yet to compile what is used often. */
const firstWarmUp: Amount = { cpuMs: 1_500 };

export interface Measured extends Contestant {
  /** Calls to AWS for each delivery, over all windows, by operation. */
  callsPerDelivery(): CallCounts;
}

export interface Scene {
  readonly stub: StubAws;
  readonly receivers: Receivers;
  readonly windowCpuMs: number;
}

export interface Driven {
  readonly measured: MeasuredProcess;
  /** Before each window, so that it opens no connections and meets warm caches. */
  readonly warmUp: Amount;
  readonly makeBatches: (now: Date) => readonly SQSEvent[];
}

/** Drives one build with batches of one kind. A window's figure is CPU microseconds for each delivery. */
export function createContestant(
  name: string,
  { measured, warmUp, makeBatches }: Driven,
  { stub, receivers, windowCpuMs }: Scene,
): Measured {
  let isFresh = true;
  let deliveries = 0;
  const calls: Record<string, number> = {};

  return {
    name,
    async runWindow() {
      const batches = makeBatches(new Date());
      if (isFresh) await measured.handle(batches, firstWarmUp);
      isFresh = false;
      await measured.handle(batches, warmUp);
      const [callsBefore, receivedBefore] = await Promise.all([stub.countCalls(), receivers.countCalls()]);
      const { events, cpuMicros, failedMessages } = await measured.handle(batches, { cpuMs: windowCpuMs });
      const made = events * (batches[0]?.Records.length ?? 0);
      const received = (await receivers.countCalls()) - receivedBefore;
      if (received !== made || failedMessages > 0)
        throw new Error(
          `${name}: of ${made} deliveries, receivers got ${received}, and ${failedMessages} failed`,
        );
      deliveries += made;
      for (const [operation, count] of Object.entries(callsBetween(callsBefore, await stub.countCalls())))
        calls[operation] = (calls[operation] ?? 0) + count;
      return cpuMicros / made;
    },
    callsPerDelivery: () =>
      Object.fromEntries(Object.entries(calls).map(([operation, count]) => [operation, count / deliveries])),
  };
}
