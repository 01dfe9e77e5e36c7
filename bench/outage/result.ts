import type { Lateness, WatchedCall } from '../local-run/receivers-process.ts';
import type { Goal, SectionResult, Table, Timeline } from '../section.ts';
import {
  correlateOrder,
  countBusiest,
  countPerSecond,
  leadOverSteps,
  shareOvertaken,
  shortestDrainSeconds,
} from './drain.ts';
import { countTaken, type Outage, type VictimOutcome } from './outage.ts';

export const drainSettings = { stepSeconds: 1, startPerSecond: 5, maxPerSecond: 160 };
export const rateLimitPerSecond = 20;

type Percentile = 'p90' | 'p99';

export interface Outages {
  readonly outage: Outage;
  readonly without: Outage;
  /** With many more deliveries, in the long form. */
  readonly large?: Outage;
  /** Of a few callbacks, the 99th percentile is the slowest. */
  readonly percentile: Percentile;
}

/** How the deliveries of one receiver came after its outage. */
interface Recovery {
  readonly name: string;
  readonly waiting: number;
  /** From the end of the outage to the first call that was answered. */
  readonly noticedSeconds: number;
  /** When that call came. */
  readonly begunAtMicros: number;
  /** From then to the last delivery. */
  readonly drainSeconds: number;
  /** The calls of the drain: the probe has begun it, and is not one of them. */
  readonly calls: readonly WatchedCall[];
  readonly missing: number;
  readonly duplicates: number;
}

export function describeOutages({ outage, without, large, percentile }: Outages): SectionResult {
  const [plain, limited] = outage.ofVictims.map((victim, index) =>
    recoveryOf(
      index === 0 ? 'no rate limit' : `${rateLimitPerSecond} calls a second at most`,
      outage,
      victim,
    ),
  ) as [Recovery, Recovery];
  const ofLarge = large?.ofVictims[0] ? [recoveryOf('many deliveries', large, large.ofVictims[0])] : [];
  const recoveries = [plain, limited, ...ofLarge];
  const lateness = [outage, without, ...(large ? [large] : [])];
  return {
    tables: [
      callTable([
        ['with the breaker', outage],
        ['without it', without],
        ...(large ? ([['with the breaker, many deliveries', large]] as const) : []),
      ]),
      recoveryTable(recoveries),
      neighbourTable([
        ['with the breaker', outage],
        ['without it', without],
      ]),
    ],
    goals: [
      {
        name: 'calls to a receiver that is down, in percent of those without the breaker',
        value: (100 * failedCalls(outage)) / failedCalls(without),
        atMost: 1,
        failsAbove: 5,
      },
      ...drainGoals(plain, ofLarge[0] ?? plain, limited),
      ...(['during', 'after'] as const).map((phase) => neighbourGoal(outage, phase, percentile)),
      {
        name: 'callbacks that never came',
        value: sum([
          ...recoveries.map(({ missing }) => missing),
          ...lateness.map(({ othersMissing }) => othersMissing),
        ]),
        atMost: 0,
        failsAbove: 0,
      },
    ],
    notes: [
      'Everything that takes a minute by default takes a second here: the first probe, the steps of a drain, the sweeper. The gaps ' +
        'between attempts are 1, 5, 30 and 120 s. The number of deliveries is not scaled, and a drain goes from ' +
        `${drainSettings.startPerSecond} to ${drainSettings.maxPerSecond} calls a second, which two processors can make.`,
      'Calls to the dead receiver are counted as they arrive there, until it works again. Without the breaker, attempts that ' +
        'the schedule plans for later are not among them: the longer the outage, the more there are.',
      'Only what was accepted before the end of the outage counts for the drain.',
    ],
    timelines: [timelineOf(outage, without)],
  };
}

function recoveryOf(name: string, { upAtMicros }: Outage, { published, calls }: VictimOutcome): Recovery {
  const taken = calls.filter(({ isTaken }) => isTaken);
  const [probe] = taken;
  const last = taken.at(-1);
  const noticedAt = probe?.atMicros ?? upAtMicros;
  const delivered = countTaken(calls);
  return {
    name,
    waiting: published,
    noticedSeconds: (noticedAt - upAtMicros) / 1e6,
    begunAtMicros: noticedAt,
    drainSeconds: ((last?.atMicros ?? noticedAt) - noticedAt) / 1e6,
    calls: taken.slice(1),
    missing: published - delivered,
    duplicates: taken.length - delivered,
  };
}

function failedCalls({ ofVictims }: Outage): number {
  return sum(ofVictims.slice(0, 1).map(({ calls }) => calls.filter(({ isTaken }) => !isTaken).length));
}

function callTable(outages: readonly (readonly [string, Outage])[]): Table {
  return {
    title: 'Calls to a receiver while it is down',
    heads: ['', 'deliveries', 'outage, s', 'calls', 'calls for each delivery'],
    rows: outages.map(([name, outage]) => {
      const published = outage.ofVictims[0]?.published ?? 0;
      const calls = failedCalls(outage);
      const seconds = (outage.upAtMicros - outage.downAtMicros) / 1e6;
      return [name, published, seconds, calls, calls / published];
    }),
  };
}

function recoveryTable(recoveries: readonly Recovery[]): Table {
  return {
    title: 'Recovery of a receiver, with the breaker',
    heads: [
      '',
      'waiting',
      'until the first 2xx, s',
      'drain, s',
      'at best, s',
      'busiest second, calls',
      'order',
      'overtaken, %',
      'twice',
      'missing',
    ],
    rows: recoveries.map(
      ({ name, waiting, noticedSeconds, drainSeconds, calls, duplicates, missing }, index) => {
        const atBest =
          index === 1 ? waiting / rateLimitPerSecond : shortestDrainSeconds(waiting, drainSettings);
        const overtaken = 100 * shareOvertaken(calls, drainSettings.stepSeconds);
        const order = correlateOrder(calls).toFixed(4);
        const busiest = countBusiest(calls, 1);
        return [
          name,
          waiting,
          noticedSeconds,
          drainSeconds,
          atBest,
          busiest,
          order,
          overtaken,
          duplicates,
          missing,
        ];
      },
    ),
  };
}

/** In which the calls of a receiver with a limit are counted. */
const limitWindowSeconds = 10;

function drainGoals(plain: Recovery, largest: Recovery, limited: Recovery): Goal[] {
  const allowed = rateLimitPerSecond * (limitWindowSeconds + 1);
  return [
    {
      name: 'calls of a drain, in multiples of what its steps allow so far, at any time',
      value: leadOverSteps(plain.calls, plain.begunAtMicros, drainSettings),
      atMost: 1,
      failsAbove: 1.1,
    },
    {
      name: 'time of a drain, in multiples of the shortest that its steps allow',
      value: largest.drainSeconds / shortestDrainSeconds(largest.waiting, drainSettings),
      atMost: 1.25,
      failsAbove: 10,
    },
    {
      name: 'deliveries of a drain that came more than a step after a younger one, in percent',
      value: 100 * Math.max(...[plain, limited].map(({ calls }) => shareOvertaken(calls, 1))),
      atMost: 1,
      failsAbove: 25,
    },
    {
      name: `calls of a drain with a rate limit in its busiest ${limitWindowSeconds} s, in multiples of what the limit allows`,
      value: countBusiest(limited.calls, limitWindowSeconds) / allowed,
      atMost: 1,
      failsAbove: 1.1,
    },
    {
      name: 'deliveries of a drain that came twice',
      value: sum([plain, limited].map(({ duplicates }) => duplicates)),
      atMost: 0,
      failsAbove: 20,
    },
  ];
}

function neighbourTable(outages: readonly (readonly [string, Outage])[]): Table {
  return {
    title: 'Latency of ten other accounts, from PutEvents to the callback, in milliseconds',
    heads: ['', 'when', 'callbacks', 'p50', 'p90', 'p99'],
    rows: outages.flatMap(([name, { before, during, after }]) => {
      const row = (when: string, { count, p50, p90, p99 }: Lateness) => [name, when, count, p50, p90, p99];
      const recovery = after.count > 0 ? [row('recovery', after)] : [];
      return [row('before', before), row('outage', during), ...recovery];
    }),
  };
}

function neighbourGoal(outage: Outage, phase: 'during' | 'after', percentile: Percentile): Goal {
  const when = phase === 'during' ? 'during the outage' : 'during the recovery';
  return {
    name: `${percentile} of other accounts ${when}, as a multiple of that before it`,
    value: outage[phase][percentile] / outage.before[percentile],
    atMost: 2,
    failsAbove: 40,
  };
}

function timelineOf(outage: Outage, without: Outage): Timeline {
  const secondsOf = ({ downAtMicros, ofVictims: [victim] }: Outage) =>
    Math.ceil(((victim?.calls.at(-1)?.atMicros ?? downAtMicros) - downAtMicros) / 1e6) + 1;
  const seconds = Math.max(secondsOf(outage), secondsOf(without));
  const panelOf = (label: string, { downAtMicros, ofVictims: [victim] }: Outage, isOurs: boolean) => ({
    label,
    isOurs,
    perSecond: countPerSecond(victim?.calls ?? [], downAtMicros, seconds),
  });
  const { downAtMicros, upAtMicros } = outage;
  return {
    name: 'outage',
    title: 'Calls to a receiver that is down for a while',
    subtitle: `Calls a second; ${outage.ofVictims[0]?.published} deliveries; a second stands for a minute`,
    panels: [
      panelOf('Without the breaker: each delivery is tried again', without, false),
      panelOf('With the breaker: probes, then steps that double', outage, true),
    ],
    span: {
      label: 'the receiver is down',
      from: 0,
      to: (upAtMicros - downAtMicros) / 1e6,
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
