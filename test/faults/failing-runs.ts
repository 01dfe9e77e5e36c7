import { type Call, isInTime, isSuccess, refOf } from './calls.ts';
import type { Evidence } from './evidence.ts';
import type { Violation } from './promises.ts';
import { settlingMs } from './receptions.ts';

/** So many failures in a row show that a receiver does not work. */
const failuresUntilHeld = 5;

/** Of the time between two calls: receivers and functions have no clock in common. */
const almost = 0.75;

/** Somebody may have asked for a call. */
const fewEarly = 2;

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
      const early = held.filter((call, index) => {
        const { atMs = Number.NEGATIVE_INFINITY, answeredAtMs = atMs } = held[index - 1] ?? {};
        return call.atMs < answeredAtMs + probeEveryMs * almost;
      });
      const [first] = early;
      const deaths = interrupted.filter(({ subscriptionId }) => subscriptionId === first?.subscriptionId);
      if (early.length <= fewEarly + excused + deaths.length) return [];
      const what = `called ${early.length} times while it fails, too soon after the call before`;
      return [{ invariant: 'I13', what, ...refOf(first) }];
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
