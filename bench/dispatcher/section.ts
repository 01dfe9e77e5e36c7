import { synthesizeFunctions } from '../deployed-functions.ts';
import { measureInterleaved, type Summary } from '../samples.ts';
import type { BenchOptions, Section, SectionResult } from '../section.ts';
import { startStubAws } from '../stub-aws.ts';
import { type Case, type EventCalls, type MeasuredCase, startCase } from './cases.ts';

const fanOuts: readonly Case[] = [
  { name: '1 subscription, fan-out 1', subscriptions: 1, fanOut: 1 },
  { name: '50 subscriptions, fan-out 1', subscriptions: 50, fanOut: 1 },
  { name: '5 subscriptions, fan-out 5', subscriptions: 5, fanOut: 5 },
  { name: '20 subscriptions, fan-out 20', subscriptions: 20, fanOut: 20 },
  { name: '50 subscriptions, fan-out 50', subscriptions: 50, fanOut: 50 },
];

/** With the ten accounts that the events are of. */
const sizes: readonly Case[] = [0, 1_000, 100_000].map((furtherAccounts) => ({
  name: furtherAccounts === 0 ? 'no further account' : `${furtherAccounts.toLocaleString('en-US')} further`,
  subscriptions: 1,
  fanOut: 1,
  furtherAccounts,
}));

export const dispatcherSection: Section = {
  name: 'dispatcher',
  title: 'Dispatcher: CPU and AWS calls for each event, ten events of ten accounts a batch',
  run: runDispatcher,
};

interface Figures {
  readonly cpu: Summary;
  readonly calls: EventCalls;
}

async function runDispatcher({ short, progress }: BenchOptions): Promise<SectionResult> {
  const rounds = short ? 3 : 6;
  const windowCpuMs = short ? 300 : 1_000;
  progress('events by fan-out');
  const byFanOut = await measureCases(fanOuts, rounds, windowCpuMs);
  progress('events by the size of the table');
  const bySize = await measureCases(sizes, rounds, windowCpuMs);
  const perMessage = fanOuts.map(({ name, fanOut }) => (byFanOut.get(name)?.calls.sends ?? 0) / fanOut);
  const all = [...byFanOut.values(), ...bySize.values()].map(({ calls }) => calls);
  const cpuAt = (place: number) => bySize.get(sizes[place]?.name ?? '')?.cpu.min ?? 0;
  return {
    tables: [
      tableOf('Events by fan-out', fanOuts, byFanOut),
      tableOf('Events by the number of accounts in the table', sizes, bySize),
    ],
    goals: [
      {
        name: 'conditional puts for each event',
        value: Math.max(...all.map(({ puts }) => puts)),
        atMost: 1,
        failsAbove: 1.1,
      },
      { name: 'batch sends for each message', value: Math.max(...perMessage), atMost: 0.1, failsAbove: 0.15 },
      {
        name: 'other calls for each event at a warm cache',
        value: Math.max(...all.map(({ others }) => others)),
        atMost: 0,
        // On a busy machine, a cache may expire within a window.
        failsAbove: 1,
      },
      {
        name: 'CPU of an event with 100,000 accounts in the table, as a multiple of that with ten',
        value: Math.max(cpuAt(1), cpuAt(2)) / cpuAt(0),
        atMost: 1.1,
        failsAbove: 1.6,
      },
    ],
    notes: [
      'An event is about 1 KB. Every read and write names one account in its key, so what AWS reads and bills for an event does not depend on other accounts; that follows from the keys, and the stub, which finds items by their key as well, cannot show it. What is measured is that calls and CPU of the function stay the same.',
      'At a cold cache, which ends after `cacheMs`, the first event of an account takes one Query and one GetItem more.',
    ],
  };
}

async function measureCases(
  cases: readonly Case[],
  rounds: number,
  windowCpuMs: number,
): Promise<ReadonlyMap<string, Figures>> {
  const closers: (() => Promise<void>)[] = [];
  try {
    const started: MeasuredCase[] = [];
    for (const one of cases) {
      // Each has a table of its own.
      const stub = await startStubAws();
      closers.push(() => stub.close());
      const findFunction = await synthesizeFunctions(stub.urls);
      const measured = await startCase(one, stub, findFunction('Dispatcher'), windowCpuMs);
      closers.push(() => measured.close());
      started.push(measured);
    }
    const cpu = await measureInterleaved(started, rounds);
    const figures = new Map<string, Figures>();
    for (const { name, countCalls } of started) {
      const summary = cpu.get(name);
      if (summary) figures.set(name, { cpu: summary, calls: await countCalls() });
    }
    return figures;
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

function tableOf(title: string, cases: readonly Case[], figures: ReadonlyMap<string, Figures>) {
  return {
    title,
    heads: ['accounts', 'CPU-µs an event', 'median', 'puts an event', 'batch sends an event', 'other calls'],
    rows: cases.flatMap(({ name }) => {
      const found = figures.get(name);
      if (!found) return [];
      const { cpu, calls } = found;
      return [[name, cpu.min, cpu.median, calls.puts, calls.sends, calls.others]];
    }),
  };
}
