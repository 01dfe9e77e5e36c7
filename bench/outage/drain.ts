import type { WatchedCall } from '../local-run/receivers-process.ts';

/** How deliveries that were kept back reach a receiver that works again. */

export interface DrainSettings {
  readonly stepSeconds: number;
  readonly startPerSecond: number;
  readonly maxPerSecond: number;
}

/** Calls in each second from `fromMicros` on. */
export function countPerSecond(calls: readonly WatchedCall[], fromMicros: number, seconds: number): number[] {
  const counts = Array.from({ length: seconds }, () => 0);
  for (const { atMicros } of calls) {
    const second = Math.floor((atMicros - fromMicros) / 1e6);
    if (counts[second] !== undefined) counts[second] += 1;
  }
  return counts;
}

/** The most calls in any time of this length. */
export function countBusiest(calls: readonly WatchedCall[], seconds: number): number {
  let [first, most] = [0, 0];
  calls.forEach(({ atMicros }, last) => {
    while (atMicros - (calls[first]?.atMicros ?? 0) >= seconds * 1e6) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most;
}

/**
 * How far the calls ran ahead of steps that double: at any time, calls so far as a multiple of what the steps so far may have
 * released. At most 1 if each step is kept. `begunAtMicros`: when the drain began, and the first step could be taken.
 */
export function leadOverSteps(
  calls: readonly WatchedCall[],
  begunAtMicros: number,
  settings: DrainSettings,
): number {
  const leads = calls.map(({ atMicros }, index) => {
    const steps = Math.floor((atMicros - begunAtMicros) / 1e6 / settings.stepSeconds) + 1;
    return (index + 1) / releasedIn(steps, settings);
  });
  return Math.max(0, ...leads);
}

/** The seconds that it takes to release so many, if no step is late. */
export function shortestDrainSeconds(count: number, settings: DrainSettings): number {
  let steps = 1;
  while (releasedIn(steps, settings) < count) steps += 1;
  return steps * settings.stepSeconds;
}

function releasedIn(steps: number, { stepSeconds, startPerSecond, maxPerSecond }: DrainSettings): number {
  const rates = Array.from({ length: steps }, (_, step) =>
    Math.min(startPerSecond * 2 ** step, maxPerSecond),
  );
  return rates.reduce((sum, perSecond) => sum + perSecond * stepSeconds, 0);
}

/** The share of calls that came more than this after a call for a younger event. */
export function shareOvertaken(calls: readonly WatchedCall[], seconds: number): number {
  let [overtaken, firstYounger] = [0, Infinity];
  for (const { atMicros } of calls.toSorted((a, b) => b.plannedMicros - a.plannedMicros)) {
    if (atMicros - firstYounger > seconds * 1e6) overtaken += 1;
    firstYounger = Math.min(firstYounger, atMicros);
  }
  return overtaken / calls.length;
}

/** Spearman's rank correlation of the events' times and the calls' times: 1 if the oldest always comes first. */
export function correlateOrder(calls: readonly WatchedCall[]): number {
  const byArrival = calls.toSorted((a, b) => a.atMicros - b.atMicros);
  const ranks = new Map(byArrival.map((call, rank) => [call, rank]));
  const count = calls.length;
  const squares = calls
    .toSorted((a, b) => a.plannedMicros - b.plannedMicros)
    .reduce((sum, call, rank) => sum + ((ranks.get(call) ?? 0) - rank) ** 2, 0);
  return 1 - (6 * squares) / (count * (count * count - 1));
}
