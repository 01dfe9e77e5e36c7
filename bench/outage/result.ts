import type { Lateness } from '../local-run/receivers-process.ts';
import type { Goal, SectionResult, Table, Timeline } from '../section.ts';
import { countPerSecond } from './drain.ts';
import type { Outage } from './outage.ts';
import {
  drainGoals,
  drainSettings,
  type Recovery,
  rateLimitPerSecond,
  recoveryOf,
  recoveryTable,
} from './recovery.ts';

type Percentile = 'p90' | 'p99';

export interface Outages {
  readonly outage: Outage;
  readonly without: Outage;
  /** With many more deliveries, in the long form. */
  readonly large?: Outage;
  /** Of a few callbacks, the 99th percentile is the slowest. */
  readonly percentile: Percentile;
}

const notes = [
  'Everything that takes a minute by default takes a second here: the first probe, the steps of a drain, the sweeper. The gaps ' +
    'between attempts are 1, 5, 30 and 120 s. The number of deliveries is not scaled, and a drain goes from ' +
    `${drainSettings.startPerSecond} to ${drainSettings.maxPerSecond} calls a second, which two processors can make.`,
  'Calls to the dead receiver are counted as they arrive there, until it works again. The outage lasts until each delivery ' +
    'was tried three times without the breaker: at once, after 1 s and after 5 s more. Attempts that the schedule plans for ' +
    'later are not counted: the longer an outage, the more there are.',
  'Only what was accepted before the end of the outage counts for the drain.',
];

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
  const outages = [outage, without, ...(large ? [large] : [])];
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
      missingGoal(recoveries, outages),
    ],
    notes,
    timelines: [timelineOf(outage, without)],
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

function missingGoal(recoveries: readonly Recovery[], outages: readonly Outage[]): Goal {
  const ofVictims = recoveries.map(({ missing }) => missing);
  const ofOthers = outages.map(({ othersMissing }) => othersMissing);
  const value = sum([...ofVictims, ...ofOthers]);
  return { name: 'callbacks that never came', value, atMost: 0, failsAbove: 0 };
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

/** To the last call. */
function secondsOf({ downAtMicros, ofVictims: [victim] }: Outage): number {
  return Math.ceil(((victim?.calls.at(-1)?.atMicros ?? downAtMicros) - downAtMicros) / 1e6) + 1;
}

function timelineOf(outage: Outage, without: Outage): Timeline {
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
