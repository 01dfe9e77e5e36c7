import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { maxBatchesInFlight } from '../../local/event-source-mapping.ts';
import { InterruptedError } from '../../local/lambda-function.ts';
import {
  callDeadlineMs,
  probeEveryMs,
  quickSchedule,
  synthesizeUnderFault,
} from '../support/stacks-under-fault.ts';
import type { Excuses } from './evidence.ts';
import type { Fault } from './fault.ts';
import { historyOf } from './history.ts';
import { judge, type Verdict } from './ledger.ts';
import type { Names } from './names.ts';
import { createWorld, guardedSettings, type Size } from './world.ts';

/** Two cores are busy starting functions at first. */
const fewProcesses = { maxDeliverers: '2' };

/** The default of a stage. */
const longestHorizonSeconds = 7 * 86_400;

export interface Scenario {
  /** All at the same time. */
  readonly faults: readonly Fault[];
  readonly size: Size;
  readonly seed: number;
  readonly names: Names | undefined;
}

export interface Report extends Verdict {
  readonly restMs: number;
  readonly latencyRatio: number | undefined;
  /** Functions that ran out of time, whatever for. */
  readonly timeouts: number;
  /** Of the first violation that is about a delivery. */
  readonly history: readonly string[];
}

/** Runs faults against a world of its own and judges what is left of it once it has come to rest. */
export async function runScenario({ faults, size, seed, names }: Scenario): Promise<Report> {
  const isGuarded = faults.some((fault) => fault.isGuarded);
  const settings = Object.assign(
    {
      hostRatePerSecond: '100000',
      accountRatePerSecond: '100000',
      retryScheduleSeconds: quickSchedule,
      ...fewProcesses,
    },
    isGuarded ? guardedSettings : {},
    ...faults.map((fault) => fault.settings),
  ) as Record<string, string>;
  const synthesized = faults.reduce(
    (stacks, fault) => fault.alterStacks?.(stacks) ?? stacks,
    await synthesizeUnderFault(settings),
  );
  const generator = xoroshiro128plus(seed);
  const excuses = sumExcuses(faults);
  const world = await createWorld(synthesized, {
    size,
    random: () => uniformFloat64(generator),
    mortalAccounts: Math.max(0, ...faults.map((fault) => fault.mortalAccounts?.(size) ?? 0)),
    names,
    isGuarded,
    clockOffMs: excuses.clockOffMs,
    // Of the deliverer, which drains two queues.
    maxSandboxes: 2 * Math.min(Number(settings['maxDeliverers']), maxBatchesInFlight),
  });
  try {
    const troubles = [];
    for (const fault of faults) troubles.push(await fault.begin(world));
    await world.publishMany();
    const publishedAtMs = Date.now();
    await Promise.all(troubles.map(async (trouble) => trouble.end?.()));
    await world.comeToRest();
    await world.standStill();
    const restMs = Date.now() - publishedAtMs;
    troubles.forEach((trouble, index) => {
      if (trouble.strikes() < 1) throw new Error(`${faults[index]?.name} has never struck`);
    });
    const latencyRatio = troubles.map((trouble) => trouble.latencyRatio?.()).find((ratio) => ratio);
    const timeouts = world.stacks.faults.filter(
      (fault) => fault instanceof InterruptedError && fault.isOutOfTime,
    ).length;
    const attempts = attemptsBySchedule(faults, settings);
    const evidence = {
      ...(await world.collect()),
      ...(latencyRatio === undefined ? {} : { latencyRatio }),
      excuses,
      deadlineMs: callDeadlineMs,
      fewestAttempts: Math.min(...attempts),
      mostAttempts: Math.max(...attempts),
      horizonMs: Number(settings['retryHorizonSeconds'] ?? longestHorizonSeconds) * 1_000,
      probeEveryMs: settings['breakerFailures'] === '0' ? undefined : probeEveryMs,
    };
    const verdict = judge(evidence);
    const shown = verdict.violations.find(({ eventId }) => eventId !== undefined);
    const history = shown ? historyOf(shown, evidence, await world.readItems()) : [];
    return { ...verdict, restMs, latencyRatio, timeouts, history };
  } finally {
    await world.close();
  }
}

function sumExcuses(faults: readonly Fault[]): Excuses {
  const all = faults.map(({ excuses = {} }) => excuses);
  const sum = (name: keyof Excuses) => all.reduce((total, { [name]: more = 0 }) => total + more, 0);
  return {
    repeatedCalls: sum('repeatedCalls'),
    unrecordedCalls: sum('unrecordedCalls'),
    uncountedCalls: sum('uncountedCalls'),
    clockOffMs: sum('clockOffMs'),
  };
}

/** How many each schedule allows that is at work. */
function attemptsBySchedule(
  faults: readonly Fault[],
  { retryScheduleSeconds = '' }: Readonly<Record<string, string>>,
): number[] {
  const schedules = [retryScheduleSeconds, ...faults.flatMap(({ otherSchedules = [] }) => otherSchedules)];
  return schedules.map((schedule) => schedule.split(',').length);
}
