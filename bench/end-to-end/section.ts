import type { Lateness } from '../local-run/receivers-process.ts';
import { inTurn, startWorld, type World, warmUp } from '../local-run/world.ts';
import { readCpuMicros } from '../processor-time.ts';
import { type Contestant, measureInterleaved, type Summary, summarize } from '../samples.ts';
import type { BenchOptions, Section, SectionResult, Table } from '../section.ts';

/** Accounts whose events each go to so many subscriptions. */
const groups = [1, 5].map((fanOut) => ({ name: `fanout${fanOut}x`, count: 10, subscriptions: fanOut }));
type Group = (typeof groups)[number];

/** Of what the machine can take. */
const loads = [1, 50, 90];

interface Saturation {
  readonly deliveriesPerSecond: Summary;
  /** Of the local run with all its processes, for each delivery. */
  readonly cpuMicros: Summary;
}

interface Latency {
  readonly group: Group;
  /** Of what the machine can take. */
  readonly percent: number;
  readonly eventsPerSecond: number;
  /** Callbacks. */
  readonly awaited: number;
  readonly lateness: Lateness;
}

export const endToEnd: Section = {
  name: 'end-to-end',
  title: 'End to end on one machine: `npm start`, from PutEvents to the callback',
  run: measureEndToEnd,
};

async function measureEndToEnd({ short, progress }: BenchOptions): Promise<SectionResult> {
  progress('starts the local run');
  const world = await startWorld(groups);
  try {
    progress('warms up');
    for (const group of groups) await warmUp(world, group, (short ? 600 : 2_000) / group.subscriptions);
    progress('measures how much it can take');
    const rounds = short ? 3 : 5;
    const saturations = await measureSaturation(world, rounds, short ? 2_500 : 6_000);
    const latencies: Latency[] = [];
    for (const group of groups) {
      const eventsPerSecond = (saturations.get(group)?.deliveriesPerSecond.median ?? 0) / group.subscriptions;
      for (const percent of loads) {
        progress(`${percent} % of that at fan-out ${group.subscriptions}`);
        latencies.push(await measureLatency(world, group, percent, eventsPerSecond, short));
      }
    }
    return describe(saturations, latencies);
  } finally {
    await world.close();
  }
}

async function measureSaturation(
  { run, receivers, publisher }: World,
  rounds: number,
  measuredMs: number,
): Promise<Map<Group, Saturation>> {
  const cpu = new Map<Group, number[]>(groups.map((group) => [group, []]));
  const contestants = groups.map((group): Contestant => {
    const { name, subscriptions: fanOut } = group;
    const load = { phase: `${name}full`, accountOf: inTurn(group) };
    return {
      name,
      async runWindow() {
        const before = { micros: readCpuMicros(run.pid), arrived: receivers.arrived() };
        const options = { receivers, fanOut, awaited: 100 * fanOut, warmUpMs: 1_000, measuredMs };
        const rate = await publisher.atSaturation(load, options);
        const micros = readCpuMicros(run.pid) - before.micros;
        cpu.get(group)?.push(micros / (receivers.arrived() - before.arrived));
        return rate;
      },
    };
  });
  const rates = await measureInterleaved(contestants, rounds);
  return new Map(
    groups.map((group) => {
      const deliveriesPerSecond = rates.get(group.name) ?? summarize([]);
      // The first round has started functions.
      return [group, { deliveriesPerSecond, cpuMicros: summarize(cpu.get(group)?.slice(1) ?? []) }];
    }),
  );
}

async function measureLatency(
  { publisher, receivers }: World,
  group: Group,
  percent: number,
  saturation: number,
  short: boolean,
): Promise<Latency> {
  const eventsPerSecond = (saturation * percent) / 100;
  const seconds = (percent === 1 ? 2 : 1) * (short ? 3 : 20);
  const phase = `${group.name}at${percent}`;
  const events = await publisher.atRate({ phase, accountOf: inTurn(group) }, eventsPerSecond, seconds);
  const awaited = events * group.subscriptions;
  const lateness = await receivers.latenessOfAll(phase, awaited, 60_000);
  return { group, percent, eventsPerSecond, awaited, lateness };
}

function describe(saturations: ReadonlyMap<Group, Saturation>, latencies: readonly Latency[]): SectionResult {
  const [atOne, atFive] = [...saturations.values()].map(({ cpuMicros }) => cpuMicros.min);
  return {
    tables: [tableOf(saturations), latencyTableOf(latencies)],
    goals: [
      {
        name: 'callbacks that never came, at any load',
        value: latencies.reduce((missing, { awaited, lateness }) => missing + awaited - lateness.count, 0),
        atMost: 0,
        failsAbove: 0,
      },
      {
        name: 'CPU of a delivery at fan-out 5, as a multiple of one at fan-out 1',
        value: (atFive ?? 0) / (atOne ?? 1),
        atMost: 0.7,
        failsAbove: 1.1,
      },
    ],
    notes: [
      'Queues, table, event bus, functions, receivers and publisher share the processors of this machine. The CPU is ' +
        'that of the local run, without receivers and publisher. Bodies have 1 KB; ten accounts publish in turn.',
      'Saturation: as many events as it takes to keep 100 of them under way. Latency: events are published at planned ' +
        'times, however late earlier ones are, and each callback is measured from the planned time.',
      'At 1 % of the load there are few events, and the 99th percentile is the slowest of them.',
    ],
  };
}

function tableOf(saturations: ReadonlyMap<Group, Saturation>): Table {
  return {
    title: 'What the machine can take (medians; noise: of the median above the slowest window)',
    heads: ['fan-out', 'events/s', 'deliveries/s', 'noise', 'CPU-ms/delivery, min', 'median'],
    rows: [...saturations].map(([{ subscriptions }, { deliveriesPerSecond, cpuMicros }]) => [
      subscriptions,
      deliveriesPerSecond.median / subscriptions,
      deliveriesPerSecond.median,
      `${Math.round(100 * deliveriesPerSecond.noise)} %`,
      cpuMicros.min / 1_000,
      cpuMicros.median / 1_000,
    ]),
  };
}

function latencyTableOf(latencies: readonly Latency[]): Table {
  return {
    title: 'From the time at which an event was to be published to each of its callbacks, in milliseconds',
    heads: ['fan-out', 'load', 'events/s', 'callbacks', 'missing', 'p50', 'p90', 'p99', 'max'],
    rows: latencies.map(({ group, percent, eventsPerSecond, awaited, lateness }) => {
      const { count, p50, p90, p99, max } = lateness;
      const missing = awaited - count;
      return [group.subscriptions, `${percent} %`, eventsPerSecond, awaited, missing, p50, p90, p99, max];
    }),
  };
}
