import { durationMs, processorShare } from '../cost/bill.ts';
import { makeEventBatch } from '../cost/event-batches.ts';
import { costOf } from '../cost/prices.ts';
import { measureProcessorUse, type ProcessorUse } from '../cost/processor-use.ts';
import { modelsOf } from '../cost/section.ts';
import { makeSubscribers, storeSubscribers } from '../deliverer/subscribers.ts';
import { makeBatches, traffics } from '../deliverer/traffic.ts';
import { synthesizeFunctions } from '../deployed-functions.ts';
import { type MeasuredHandler, startMeasuredProcess } from '../measured-process.ts';
import type { BenchOptions, Section, SectionResult, Table } from '../section.ts';
import { type StubAws, startStubAws } from '../stub-aws.ts';
import { startEndlessReceivers } from './endless-receivers.ts';
import { largestCarriedEvents, largestDeliveries, largestEvents, largestRequest } from './loads.ts';

/** How much memory the functions need, and what other sizes would cost. */
export const memorySection: Section = {
  name: 'memory',
  title: 'Memory of functions',
  async run({ short, progress }: BenchOptions): Promise<SectionResult> {
    progress('loading the functions');
    const peaks = await measurePeaks(short ? 10 : 60);
    progress('measuring the CPU of an invocation');
    const use = await measureProcessorUse(short ? 3 : 6, short ? 200 : 1_000);
    return {
      tables: [peaks, sizeTable('full batches', 'full', use), sizeTable('one message a batch', 'thin', use)],
      goals: peaks.rows.map(([name, , , largest]) => ({
        name: `${name}: highest resident memory as a share of its size`,
        value: Number(largest) / memoryMb,
        atMost: 0.75,
        failsAbove: 0.9,
      })),
      notes: [
        'Resident memory of the process on this machine, at its highest. The largest load: ten deliveries of 256 KiB to receivers that answer without end; ten events of 32 KiB that go to 50 subscriptions, and ten of 256 KiB; a request of 256 KiB.',
      ],
    };
  },
};

/** Of all these functions, in lib. */
const memoryMb = 512;
const sizesMb = [128, 256, 512, 1_024] as const;
const mib = 1_024 ** 2;

/** Nearly as much as the largest body of a callback. */
const leastBodyBytes = 250 * 1_024;

async function measurePeaks(times: number): Promise<Table> {
  const stub = await startStubAws();
  const receivers = await startEndlessReceivers();
  try {
    const find = await synthesizeFunctions(stub.urls);
    const loads = await prepareLoads(receivers.urls(50), find('Deliverer').tableName, stub);
    const rows: (string | number)[][] = [];
    for (const [name, { usual, largest }] of Object.entries(loads))
      rows.push([name, ...(await measurePeak(find(name), [usual, largest], times))]);
    if (receivers.largestBody() < leastBodyBytes) throw new Error('the largest bodies did not come');
    return { title: 'Resident memory, MiB', heads: ['', 'loaded', 'usual load', 'largest load'], rows };
  } finally {
    await receivers.close();
    await stub.close();
  }
}

async function prepareLoads(urls: readonly string[], tableName: string, stub: StubAws) {
  const subscribers = makeSubscribers(urls.slice(0, 10));
  const ofOneAccount = makeSubscribers(urls).map((one) => ({ ...one, accountId: 'acc_wide' }));
  await storeSubscribers([...subscribers, ...ofOneAccount], tableName, stub);
  const accountIds = subscribers.map(({ accountId }) => accountId);
  return {
    Dispatcher: {
      usual: [makeEventBatch(accountIds)],
      largest: [largestCarriedEvents('acc_wide'), largestEvents('acc_wide')],
    },
    Deliverer: {
      usual: makeBatches(traffics[1], subscribers, new Date()),
      largest: [await largestDeliveries(subscribers, tableName, stub)],
    },
    Api: { usual: [largestRequest('acc_wide')], largest: [largestRequest('acc_wide')] },
  };
}

/** In MiB: once it is loaded, and after each load. */
async function measurePeak(
  handler: MeasuredHandler,
  loads: readonly (readonly unknown[])[],
  times: number,
): Promise<number[]> {
  const measured = await startMeasuredProcess(handler);
  const readPeak = async () => Math.round((await measured.readPeakMemory()) / mib);
  try {
    const peaks = [await readPeak()];
    for (const load of loads) {
      const { failedMessages } = await measured.handle(load, { events: times });
      if (failedMessages > 0) throw new Error(`${failedMessages} messages failed`);
      peaks.push(await readPeak());
    }
    return peaks;
  } finally {
    await measured.close();
  }
}

/** What functions of a size cost for a million messages, and how long an invocation takes. */
function sizeTable(title: string, size: 'full' | 'thin', use: ProcessorUse): Table {
  const messages = size === 'full' ? 10 : 1;
  const rows = sizesMb.flatMap((sizeMb) =>
    Object.entries(modelsOf(use, size, sizeMb)).map(([name, model]) => {
      const ms = durationMs(model);
      const dollars = (costOf('functionMemory', (ms / 1_000) * (sizeMb / 1_024)) / messages) * 1e6;
      return [
        `${name}, ${sizeMb} MB`,
        `${Math.round(100 * processorShare(sizeMb))} %`,
        ms,
        dollars.toFixed(3),
      ];
    }),
  );
  return {
    title: `Sizes with ${title}`,
    heads: ['', 'of a processor', 'ms', '$ for a million messages'],
    rows: rows.toSorted(
      ([a], [b]) =>
        String(a)
          .split(',')[0]
          ?.localeCompare(String(b).split(',')[0] ?? '') ?? 0,
    ),
  };
}
