/** Deliveries of a subscription that ended undelivered, and of which its owner has to hear. */
export interface Exhaustion {
  /** The first that the owner has not heard of. Absent if there is none. */
  readonly since?: string;
  /** When the owner has to be told. */
  readonly tellAt?: string;
  readonly toldAt?: string;
}

/** An owner hears of them once an hour at most. */
const tellEveryMs = 3_600_000;

/** The same object if the owner hears of it anyway. */
export function noteExhausted(known: Exhaustion = {}, now: Date): Exhaustion {
  if (known.since !== undefined) return known;
  const soonest = known.toldAt === undefined ? 0 : Date.parse(known.toldAt) + tellEveryMs;
  const tellAt = new Date(Math.max(now.getTime(), soonest)).toISOString();
  return { ...known, since: now.toISOString(), tellAt };
}

/** After the owner was told of all so far. */
export function toldOfExhausted(now: Date): Exhaustion {
  return { toldAt: now.toISOString() };
}
