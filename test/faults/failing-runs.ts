import { type Call, isInTime, isSuccess, refOf } from './calls.ts';
import type { Evidence } from './evidence.ts';
import type { Violation } from './promises.ts';
import { settlingMs } from './receptions.ts';

/** So many failures in a row show that a receiver does not work. */
const failuresUntilHeld = 5;

/**
 * I13, by what receivers answered: once calls have failed in a row, and whoever did not know has made its call, the others
 * come one by one.
 */
export function findCalledWhileFailing(evidence: Evidence, calls: readonly Call[]): Violation[] {
  const { probeEveryMs, excuses, interrupted } = evidence;
  if (probeEveryMs === undefined) return [];
  const excused = excuses.repeatedCalls + excuses.unrecordedCalls;
  // A receiver that asks for fewer calls works.
  const judged = calls.filter(({ status }) => status !== 429);
  const bySubscription = Map.groupBy(judged, ({ subscriptionId, path }) => `${subscriptionId} ${path}`);
  return [...bySubscription.values()].flatMap((ofOne): Violation[] =>
    runsOf(evidence, ofOne).flatMap((run) => {
      const { atMs: knownAtMs = Number.POSITIVE_INFINITY } = run[failuresUntilHeld - 1] ?? {};
      const held = run.filter(({ atMs }) => atMs > knownAtMs + settlingMs);
      const spanMs = (held.at(-1)?.atMs ?? 0) - (held[0]?.atMs ?? 0);
      const deaths = interrupted.filter(({ subscriptionId }) => subscriptionId === held[0]?.subscriptionId);
      if (held.length <= 2 + spanMs / probeEveryMs + excused + deaths.length) return [];
      const what = `called ${held.length} times within ${spanMs} ms while it fails`;
      return [{ invariant: 'I13', what, ...refOf(held[0]) }];
    }),
  );
}

/** The calls between two successes. */
function runsOf(evidence: Evidence, calls: readonly Call[]): Call[][] {
  const runs: Call[][] = [[]];
  for (const call of calls.toSorted((a, b) => a.atMs - b.atMs)) {
    if (isSuccess(call) && isInTime(evidence, call)) runs.push([]);
    else runs.at(-1)?.push(call);
  }
  return runs;
}
