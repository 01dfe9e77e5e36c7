import { after } from '../times.ts';

/** Holds calls back while a receiver fails. When it opens and closes, health.ts decides. */

/**
 * open: no call until `until`, when the sweeper sends a probe. probing: one call may be made, the one of that probe; it
 * counts as lost at `until`. half-open: nothing was there to probe with, so the next delivery that comes makes itself the
 * probe. One may have been parked just then; so the sweeper looks once more at `looksAt`.
 */
export type Breaker =
  | (Openings & { readonly state: 'open'; readonly until: string })
  | (Openings & { readonly state: 'probing'; readonly until: string; readonly probe: string })
  | (Openings & { readonly state: 'half-open'; readonly looksAt?: string });

interface Openings {
  readonly openedAt: string;
  /** How often in a row the breaker has opened, from 1. */
  readonly openings: number;
}

export interface BreakerTimes {
  /** How long the breaker stays open the first time. Each time after that it is twice as long. */
  readonly breakerMinSeconds: number;
  readonly breakerMaxSeconds: number;
}

/** The first time. */
export function open(now: Date, times: BreakerTimes): Breaker {
  return openAgain({ openedAt: now.toISOString(), openings: 0 }, now, times);
}

/** For as long as the receiver asks, which does not count as another time. */
export function openUntil(breaker: Breaker, until: string): Breaker {
  return { ...openingsOf(breaker), state: 'open', until };
}

export function isProbeOf(breaker: Breaker | undefined, probe: string | undefined): boolean {
  return breaker?.state === 'probing' && breaker.probe === probe;
}

/** For twice as long as the last time. */
export function openAgain({ openedAt, openings }: Openings, now: Date, policy: BreakerTimes): Breaker {
  const seconds = Math.min(policy.breakerMinSeconds * 2 ** openings, policy.breakerMaxSeconds);
  return { state: 'open', openedAt, openings: openings + 1, until: after(now, seconds * 1_000) };
}

/** The step before a probe is sent: from then on, this call alone may be made. A probe that was lost has another one follow it. */
export function beginProbe(breaker: Breaker, probe: string, now: Date, leaseMs: number): Breaker {
  return { ...openingsOf(breaker), state: 'probing', probe, until: after(now, leaseMs) };
}

/** So often the sweeper looks for something to probe with. */
const lookEveryMs = 3_600_000;

/** There is nothing to probe with. */
export function halfOpen(breaker: Breaker, now: Date): Breaker {
  return { ...openingsOf(breaker), state: 'half-open', looksAt: after(now, lookEveryMs) };
}

/** There is something to probe with again. */
export function probeSoon(breaker: Breaker, now: Date): Breaker {
  return { ...openingsOf(breaker), state: 'open', until: now.toISOString() };
}

/** The time at which the sweeper has to send a probe, or another one because this one is lost. */
export function probeDueAt(breaker: Breaker | undefined): string | undefined {
  return breaker?.state === 'half-open' ? breaker.looksAt : breaker?.until;
}

function openingsOf({ openedAt, openings }: Breaker): Openings {
  return { openedAt, openings };
}
