import type { WatchedCall } from '../local-run/receivers-process.ts';
import type { Goal, Table } from '../section.ts';
import {
  correlateOrder,
  countBusiest,
  leadOverSteps,
  shareOvertaken,
  shortestDrainSeconds,
} from './drain.ts';
import { countTaken, type Outage, type VictimOutcome } from './outage.ts';

export const drainSettings = { stepSeconds: 1, startPerSecond: 5, maxPerSecond: 160 };
export const rateLimitPerSecond = 20;

/** How the deliveries of one receiver came after its outage. */
export interface Recovery {
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

export function recoveryOf(
  name: string,
  { upAtMicros }: Outage,
  { published, calls }: VictimOutcome,
): Recovery {
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

export function recoveryTable(recoveries: readonly Recovery[]): Table {
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

export function drainGoals(plain: Recovery, largest: Recovery, limited: Recovery): Goal[] {
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
      value: plain.duplicates + limited.duplicates,
      atMost: 0,
      failsAbove: 20,
    },
  ];
}
