/** Releases parked deliveries, oldest first, in steps that grow. */
export interface Drain {
  readonly since: string;
  /** When the next step is due. */
  readonly nextAt: string;
  /** How many deliveries the next step releases, for each second of the step. */
  readonly perSecond: number;
  /** Since when nothing was found. A delivery may have been parked a moment before; so it looks once more. */
  readonly emptySince?: string;
  /** What was parked until then is not wanted any more. */
  readonly discardUntil?: string;
}

export interface DrainPolicy {
  readonly drainStepSeconds: number;
  readonly drainStartPerSecond: number;
  readonly drainMaxPerSecond: number;
}

/** The drain after a step that has found so many deliveries. Undefined once it is over. */
export function drainAfter(drain: Drain, found: number, now: Date, policy: DrainPolicy): Drain | undefined {
  const { emptySince, ...others } = drain;
  const stepMs = policy.drainStepSeconds * 1_000;
  const nextAt = new Date(now.getTime() + stepMs).toISOString();
  if (found > 0)
    return { ...others, nextAt, perSecond: Math.min(rateOf(drain, policy) * 2, policy.drainMaxPerSecond) };
  if (emptySince === undefined) return { ...others, nextAt, emptySince: now.toISOString() };
  return now.getTime() - Date.parse(emptySince) >= stepMs ? undefined : { ...drain, nextAt };
}

/** How many deliveries a step releases for each of its seconds. */
export function rateOf({ perSecond }: Drain, policy: DrainPolicy): number {
  return Math.min(Math.max(perSecond, policy.drainStartPerSecond), policy.drainMaxPerSecond);
}
