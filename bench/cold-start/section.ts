import { fileURLToPath } from 'node:url';
import { synthesizeFunctions } from '../deployed-functions.ts';
import { type MeasuredHandler, startMeasuredProcess } from '../measured-process.ts';
import { measureInterleaved, type Summary } from '../samples.ts';
import type { BenchOptions, Goal, Section, SectionResult, Table } from '../section.ts';
import { startStubAws } from '../stub-aws.ts';
import { type Bundle, readBundle } from './bundle.ts';
import { type FunctionName, functionNames, prepareFirstEvents } from './first-events.ts';

const emptyFile = fileURLToPath(new URL('./empty-function.ts', import.meta.url));

/** Of the rows that show what a bundle consists of. */
const shownShares = 12;

const goals: readonly { name: FunctionName; maxKb: number; maxCpuMs: number }[] = [
  { name: 'Dispatcher', maxKb: 450, maxCpuMs: 85 },
  { name: 'Deliverer', maxKb: 900, maxCpuMs: 110 },
  { name: 'Api', maxKb: 700, maxCpuMs: 110 },
];

export const coldStart: Section = {
  name: 'cold-start',
  title: 'Cold start: bundles, and CPU to the first handled message or request',
  run: runColdStart,
};

async function runColdStart({ short, progress }: BenchOptions): Promise<SectionResult> {
  const stub = await startStubAws();
  try {
    const findFunction = await synthesizeFunctions(stub.urls);
    const first = await prepareFirstEvents(stub, findFunction('Dispatcher').tableName);
    const bundles = new Map<string, Bundle>();
    for (const name of functionNames) bundles.set(name, await readBundle(findFunction(name).file));
    const starts = [
      startOf('Empty', { file: emptyFile, handler: 'handler', environment: {} }, {}),
      ...functionNames.map((name) => startOf(name, findFunction(name), first.events[name])),
    ];
    progress(`${short ? 5 : 15} processes of each of ${starts.length} kinds`);
    const loaded = new Map<string, number[]>();
    const cpuMs = await measureInterleaved(
      starts.map(({ name, run }) => ({
        name,
        async runWindow() {
          const { loadMs, firstMs } = await run();
          loaded.set(name, [...(loaded.get(name) ?? []), loadMs]);
          return firstMs;
        },
      })),
      short ? 5 : 15,
    );
    await first.close();
    return resultOf(bundles, cpuMs, loaded);
  } finally {
    await stub.close();
  }
}

/** Starts a process, lets it handle one event, and ends it. CPU in milliseconds, from the start of the process. */
function startOf(name: string, handler: MeasuredHandler, event: unknown) {
  return {
    name,
    async run(): Promise<{ loadMs: number; firstMs: number }> {
      const measured = await startMeasuredProcess(handler);
      try {
        const { cpuMicros, failedMessages } = await measured.handle([event], { events: 1 });
        if (failedMessages > 0) throw new Error(`${name}: its first message failed`);
        const loadMs = measured.start.cpuMicros / 1_000;
        return { loadMs, firstMs: loadMs + cpuMicros / 1_000 };
      } finally {
        await measured.close();
      }
    },
  };
}

function resultOf(
  bundles: ReadonlyMap<string, Bundle>,
  cpuMs: ReadonlyMap<string, Summary>,
  loaded: ReadonlyMap<string, readonly number[]>,
): SectionResult {
  const kbOf = (name: string) => (bundles.get(name)?.bytes ?? 0) / 1_000;
  const empty = cpuMs.get('Empty');
  const above = (name: string, figure: 'min' | 'median') =>
    (cpuMs.get(name)?.[figure] ?? 0) - (empty?.[figure] ?? 0);
  const loadOf = (name: string) => Math.min(...(loaded.get(name) ?? []));
  return {
    tables: [
      {
        title: 'Starts, above a process in which nothing of ours runs',
        heads: ['function', 'bundle, KB', 'CPU to load it, ms', 'CPU to the first event, ms', 'median, ms'],
        rows: functionNames.map((name) => [
          name,
          kbOf(name),
          loadOf(name) - loadOf('Empty'),
          above(name, 'min'),
          above(name, 'median'),
        ]),
      },
      sharesTable(bundles),
    ],
    goals: goals.flatMap(({ name, maxKb, maxCpuMs }): Goal[] => [
      { name: `bundle of the ${name}, KB`, value: kbOf(name), atMost: maxKb, failsAbove: maxKb * 1.05 },
      {
        name: `CPU of the ${name} to its first event, above an empty process, ms`,
        value: above(name, 'min'),
        atMost: maxCpuMs,
        // A time, and so no reason to fail on another machine.
        failsAbove: Number.POSITIVE_INFINITY,
      },
    ]),
    notes: [
      `An empty process takes ${(empty?.min ?? 0).toFixed(0)} ms of CPU (noise ${((empty?.noise ?? 0) * 100).toFixed(0)} %). No code is kept compiled between starts. AWS and the receiver answer on loopback without TLS, which costs another 20 to 65 ms of CPU at the first connection.`,
    ],
  };
}

function sharesTable(bundles: ReadonlyMap<string, Bundle>): Table {
  const sum = (owner: string) =>
    functionNames.reduce((total, name) => total + (bundles.get(name)?.shares.get(owner) ?? 0), 0);
  const owners = [...new Set([...bundles.values()].flatMap(({ shares }) => [...shares.keys()]))];
  const shown = owners.toSorted((a, b) => sum(b) - sum(a)).slice(0, shownShares);
  return {
    title: 'What the bundles consist of, KB',
    heads: ['from', ...functionNames],
    rows: shown.map((owner) => [
      owner,
      ...functionNames.map((name) => (bundles.get(name)?.shares.get(owner) ?? 0) / 1_000),
    ]),
  };
}
