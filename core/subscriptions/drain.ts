/** Releases parked deliveries, oldest first, in steps that grow. */
export interface Drain {
  readonly since: string;
  /** When the next step is due. */
  readonly nextAt: string;
  /** How many deliveries the next step releases, for each second of the step. */
  readonly perSecond: number;
  /** Since when nothing was found. A delivery may have been parked a moment before; so it looks once more. */
  readonly emptySince?: string;
  /** Present while more is parked than the last step could release. */
  readonly isBehind?: true;
  /** What was parked until then is not wanted any more. */
  readonly discardUntil?: string;
}

export interface DrainPolicy {
  readonly drainStepSeconds: number;
  readonly drainStartPerSecond: number;
  readonly drainMaxPerSecond: number;
}

/** What a step has found. */
export interface DrainStep {
  readonly found: number;
  /** How many it could have released. */
  readonly room: number;
}

/** The drain after a step. Undefined once it is over. */
export function drainAfter(
  drain: Drain,
  { found, room }: DrainStep,
  now: Date,
  policy: DrainPolicy,
): Drain | undefined {
  const { emptySince, isBehind: _, ...others } = drain;
  const stepMs = policy.drainStepSeconds * 1_000;
  const nextAt = nextStepAt(drain, stepMs, now);
  if (found > 0)
    return {
      ...others,
      nextAt,
      perSecond: Math.min(rateOf(drain, policy) * 2, policy.drainMaxPerSecond),
      ...(found >= room ? { isBehind: true as const } : {}),
    };
  if (emptySince === undefined) return { ...others, nextAt, emptySince: now.toISOString() };
  return now.getTime() - Date.parse(emptySince) >= stepMs ? undefined : { ...others, nextAt, emptySince };
}

/**
 * A step after this one was due, and not after it was taken: the sweeper comes a little later or sooner each time, and would
 * miss every second step by a moment. Steps that are late do not crowd together.
 */
function nextStepAt({ nextAt }: Drain, stepMs: number, now: Date): string {
  const soonestMs = now.getTime() + stepMs * soonestShare;
  return new Date(Math.max(Date.parse(nextAt) + stepMs, soonestMs)).toISOString();
}

const soonestShare = 0.75;

/** How many deliveries a step releases for each of its seconds. */
export function rateOf({ perSecond }: Drain, policy: DrainPolicy): number {
  return Math.min(Math.max(perSecond, policy.drainStartPerSecond), policy.drainMaxPerSecond);
}
