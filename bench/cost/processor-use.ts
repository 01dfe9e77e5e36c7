import type { SQSEvent } from 'aws-lambda';
import { createContestant, type Measured, type Scene } from '../deliverer/contestant.ts';
import { startReceivers } from '../deliverer/receiver.ts';
import { makeSubscribers, storeSubscribers } from '../deliverer/subscribers.ts';
import { makeBatches, traffics } from '../deliverer/traffic.ts';
import { synthesizeFunctions } from '../deployed-functions.ts';
import { startMeasuredProcess } from '../measured-process.ts';
import { type Contestant, measureInterleaved } from '../samples.ts';
import { startStubAws } from '../stub-aws.ts';
import { makeEventBatch } from './event-batches.ts';

/** CPU milliseconds of one invocation on a whole processor of this machine, by function and messages of a batch. */
export type ProcessorUse = Readonly<
  Record<'dispatcher' | 'deliverer', { readonly full: number; readonly thin: number }>
>;

/** AWS is a stub that answers at once, so that nothing but the function is measured. */
export async function measureProcessorUse(rounds: number, windowCpuMs: number): Promise<ProcessorUse> {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const stub = await startStubAws();
    closers.push(() => stub.close());
    const receivers = await startReceivers(10);
    closers.push(() => receivers.close());
    const find = await synthesizeFunctions(stub.urls);
    const subscribers = makeSubscribers(receivers.urls);
    const deliverer = find('Deliverer');
    await storeSubscribers(subscribers, deliverer.tableName, stub);

    const scene: Scene = { stub, receivers, windowCpuMs };
    const trusting = { ...deliverer.environment, NODE_EXTRA_CA_CERTS: receivers.authorityFile };
    const deliver = async (name: string, traffic: (typeof traffics)[number]): Promise<Measured> => {
      const measured = await startMeasuredProcess({ ...deliverer, environment: trusting });
      closers.push(() => measured.close());
      const batches = (now: Date) => makeBatches(traffic, subscribers, now);
      return createContestant(name, { measured, warmUp: { ms: 1_000 }, makeBatches: batches }, scene);
    };
    const dispatch = async (name: string, count: number): Promise<Contestant> => {
      const measured = await startMeasuredProcess(find('Dispatcher'));
      closers.push(() => measured.close());
      const accountIds = subscribers.slice(0, count).map(({ accountId }) => accountId);
      return {
        name,
        async runWindow() {
          const batches: SQSEvent[] = Array.from({ length: 20 }, () => makeEventBatch(accountIds));
          await measured.handle(batches, { cpuMs: windowCpuMs });
          const { events, cpuMicros } = await measured.handle(batches, { cpuMs: windowCpuMs });
          return cpuMicros / events / count;
        },
      };
    };
    const [, spread, thin] = traffics;
    const contestants = [
      await dispatch('dispatcher full', 10),
      await dispatch('dispatcher thin', 1),
      await deliver('deliverer full', spread),
      await deliver('deliverer thin', thin),
    ];
    const summaries = await measureInterleaved(contestants, rounds);
    const cpuMs = (name: string, messages: number) => ((summaries.get(name)?.min ?? NaN) * messages) / 1_000;
    return {
      dispatcher: { full: cpuMs('dispatcher full', 10), thin: cpuMs('dispatcher thin', 1) },
      deliverer: { full: cpuMs('deliverer full', 10), thin: cpuMs('deliverer thin', 1) },
    };
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}
