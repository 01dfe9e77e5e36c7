import { showNumber } from '../numbers.ts';
import { type Summary, summarize } from '../samples.ts';
import type { Goal, Plot, SectionResult, Table } from '../section.ts';
import type { CallCounts } from '../stub-aws.ts';
import { type BuildName, builds } from './builds.ts';
import type { QueueCpu } from './queue-build.ts';
import { type TrafficName, traffics } from './traffic.ts';

/** What was measured of one build with one kind of traffic. */
export interface Figure {
  readonly build: BuildName;
  readonly traffic: TrafficName;
  /** In microseconds for each delivery. */
  readonly cpu: Summary;
  /** Calls to AWS for each delivery, by operation. */
  readonly calls?: CallCounts;
  /** What the CPU consists of, by window. */
  readonly parts?: readonly QueueCpu[];
}

/** `measured`: in any order. The table has them by traffic. */
export function describeFigures(measured: readonly Figure[]): SectionResult {
  const figures = traffics.flatMap(({ name }) => measured.filter(({ traffic }) => traffic === name));
  return {
    tables: [tableOf(figures)],
    goals: goalsOf(figures),
    notes: notesOf(figures),
    plots: [plotOf(figures)],
  };
}

/** Larger bodies change little, so the plot does without. */
const plotted: Partial<Record<TrafficName, string>> = {
  'ten to one subscription': 'Full batches, one subscription',
  'ten to ten subscriptions': 'Full batches, ten subscriptions of ten accounts',
  'one a batch': 'One delivery a batch',
};

function plotOf(figures: readonly Figure[]): Plot {
  const bars = figures.flatMap(({ build, traffic, cpu }) => {
    const group = plotted[traffic];
    return group ? [{ group, label: builds[build], value: cpu.min, isOurs: build === 'deliverer' }] : [];
  });
  const groups = Object.values(plotted);
  return {
    name: 'cpu',
    title: 'CPU of one webhook delivery',
    subtitle: 'Microseconds of all processes that take part; a shorter bar is better',
    bars: groups.flatMap((group) =>
      bars.filter((bar) => bar.group === group).toSorted((a, b) => a.value - b.value),
    ),
  };
}

function tableOf(figures: readonly Figure[]): Table {
  return {
    title: 'Of one delivery',
    heads: [
      'deliveries of a batch',
      'build',
      'CPU-µs (min)',
      'median',
      'x floor',
      'AWS calls',
      'which, for each delivery',
    ],
    rows: figures.map(({ build, traffic, cpu, calls }) => [
      traffic,
      builds[build],
      cpu.min,
      cpu.median,
      ratioOf(figures, traffic, build, 'floor') ?? '',
      calls ? sum(calls) : '',
      calls ? describeCalls(calls) : '',
    ]),
  };
}

/** Rare calls, such as those that fill a cache, are left out of the list. They count in the sum. */
function describeCalls(calls: CallCounts): string {
  return Object.entries(calls)
    .filter(([, count]) => count >= 0.005)
    .toSorted(([, one], [, other]) => other - one)
    .map(([operation, count]) => `${operation} ${showNumber(Math.round(count * 100) / 100)}`)
    .join(', ');
}

function sum(calls: CallCounts): number {
  return Object.values(calls).reduce((total, count) => total + count, 0);
}

/** By their minima: a busy machine only ever adds. Undefined if one of the two was not measured. */
function ratioOf(
  figures: readonly Figure[],
  traffic: TrafficName,
  build: BuildName,
  other: BuildName,
): number | undefined {
  const minOf = (name: BuildName) =>
    figures.find((figure) => figure.traffic === traffic && figure.build === name)?.cpu.min;
  const [above, below] = [minOf(build), minOf(other)];
  return above === undefined || below === undefined ? undefined : above / below;
}

/**
 * For a busy machine. Counts need it too: limits and statistics are written by the second, so the fewer deliveries a
 * second has, the more calls fall to each.
 */
const cpuMargin = 1.6;
const countMargin = 2;

interface CpuGoal {
  readonly traffic: TrafficName;
  /** What the deliverer is compared with. */
  readonly other: BuildName;
  readonly atMost: number;
  /** Where the goal is missed: what was reached. `--check` keeps it. */
  readonly reached?: number;
}

const cpuGoals: readonly CpuGoal[] = [
  { traffic: 'ten to one subscription', other: 'floor', atMost: 3, reached: 6.8 },
  { traffic: 'ten to ten subscriptions', other: 'floor', atMost: 3, reached: 6.8 },
  { traffic: 'ten to one subscription', other: 'tutorial', atMost: 1 / 7, reached: 0.2 },
  { traffic: 'ten to ten subscriptions', other: 'tutorial', atMost: 1 / 7, reached: 0.2 },
  { traffic: 'one a batch', other: 'tutorial', atMost: 0.6 },
  { traffic: 'ten to one subscription', other: 'queue', atMost: 1 },
  { traffic: 'ten to ten subscriptions', other: 'queue', atMost: 1 },
];
const callGoals: readonly { traffic: TrafficName; atMost: number }[] = [
  { traffic: 'ten to one subscription', atMost: 0.13 },
  { traffic: 'ten to ten subscriptions', atMost: 0.13 },
];

function goalsOf(figures: readonly Figure[]): Goal[] {
  const ratios = cpuGoals.flatMap(({ traffic, other, atMost, reached = atMost }): Goal[] => {
    const value = ratioOf(figures, traffic, 'deliverer', other);
    const name = `CPU of a delivery, ${traffic}, in multiples of ${builds[other]}`;
    return value === undefined ? [] : [{ name, value, atMost, failsAbove: reached * cpuMargin }];
  });
  const counts = callGoals.flatMap(({ traffic, atMost }): Goal[] => {
    const found = figures.find((figure) => figure.build === 'deliverer' && figure.traffic === traffic);
    const name = `AWS calls of a delivery, ${traffic}`;
    return found?.calls ? [{ name, value: sum(found.calls), atMost, failsAbove: atMost * countMargin }] : [];
  });
  return [...ratios, ...counts];
}

function notesOf(figures: readonly Figure[]): string[] {
  const noises = figures.map(({ cpu }) => cpu.noise);
  const parts = figures.flatMap(({ traffic, parts }) => (parts ? [describeParts(traffic, parts)] : []));
  return [
    `Noise: the medians lie ${showPercent(summarize(noises).median)} above the minima, at most ${showPercent(Math.max(...noises))}.`,
    ...parts,
  ];
}

function describeParts(traffic: TrafficName, windows: readonly QueueCpu[]): string {
  const medianOf = (part: keyof QueueCpu) =>
    showNumber(summarize(windows.map((window) => window[part])).median);
  return `${builds.queue}, ${traffic}: median CPU-µs of the worker ${medianOf('worker')}, of Redis ${medianOf('redis')}, of PostgreSQL ${medianOf('postgres')}.`;
}

function showPercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
