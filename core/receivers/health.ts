import { after } from '../times.ts';
import { type Breaker, type BreakerTimes, isProbeOf, open, openAgain, openUntil } from './breaker.ts';
import { type DeliveryOutcome, type FailureReason, isThrottling } from './delivery-outcome.ts';

/** What calls have shown about whether a receiver can take calls now. All of it is absent for one that works. */
export interface Health {
  /** The run of failures since the receiver last answered with 2xx. */
  readonly failing?: Failing;
  /** Holds calls back while the receiver fails. */
  readonly breaker?: Breaker;
  /** The receiver asked for fewer calls: none is made before this time. It may have passed. */
  readonly throttledUntil?: string;
  /** How often in a row it has asked for that, since it last answered with 2xx. */
  readonly throttles?: number;
}

export interface Failing {
  /** When the first call of the run failed. */
  readonly since: string;
  /** Stops at what opens the breaker: more would cost a write for each failure. 0 if it only asked for fewer calls. */
  readonly count: number;
  /** The event of the first failure. */
  readonly eventId: string;
  /** Present if calls for other events have failed as well. */
  readonly isOfSeveral?: true;
  readonly lastReason: FailureReason;
  /** Of the last answer, if there was one. */
  readonly lastStatus?: number;
  /** When its owner has to be told. Absent once it was done. */
  readonly tellAt?: string;
  /** When its owner has to be told that the subscription is about to be disabled. Absent once it was done. */
  readonly warnAt?: string;
  /** When the subscription is disabled if no call succeeds until then. */
  readonly disablesAt?: string;
}

export interface HealthPolicy extends BreakerTimes {
  /** So many failures since the last success open the breaker. 0: it never opens. */
  readonly breakerFailures: number;
  /** After a run of failures of this length, the subscription is disabled. 0: never. */
  readonly disableAfterSeconds: number;
  /** How old a subscription may be that a function relies on. */
  readonly cacheMs: number;
}

/** A call whose outcome is judged. */
export interface JudgedCall {
  readonly eventId: string;
  /** The probe that the call was, if it was one. */
  readonly probe?: string | undefined;
  readonly outcome: DeliveryOutcome;
  /** True if the receiver answered 2xx a moment ago. A single failure after that is not worth a write. */
  readonly isFirstFailure?: boolean;
}

type FailedCall = JudgedCall & { readonly outcome: Extract<DeliveryOutcome, { kind: 'failure' }> };

/** A receiver that says "too many" and not for how long. */
const throttleSeconds = 10;
const longestThrottleSeconds = 3_600;

/** An owner hears of a run of failures after a day, or once the breaker has been open for its longest time. */
const tellAfterSeconds = 86_400;
/** So long before it is disabled, or at half of the time if that is shorter. */
const warnBeforeSeconds = 86_400;

/** The health after a call. What the call has not changed is the same object. */
export function judge(health: Health, call: JudgedCall, now: Date, policy: HealthPolicy): Health {
  const { outcome } = call;
  // A receiver that refuses one delivery for good has read it.
  if (outcome.kind === 'success' || outcome.directive === 'abort-message') {
    const { throttledUntil } = health;
    return throttledUntil === undefined ? {} : { throttledUntil };
  }
  const failed = { ...call, outcome };
  if (isThrottling(outcome)) return throttle(health, failed, now, policy);
  if (call.isFirstFailure && !health.failing && !health.breaker) return health;
  const counted = countFailure(health.failing, failed, now, policy);
  const breaker = openBy(health.breaker, counted, call, now, policy);
  return {
    ...health,
    failing: breaker === health.breaker ? counted : atOpening(counted, failed, now, policy),
    ...(breaker ? { breaker } : {}),
  };
}

/** The run after so much time in which no call could be made: it counts for nothing. */
export function shiftRun(failing: Failing, byMs: number): Failing {
  const shifted = (time: string) => new Date(Date.parse(time) + byMs).toISOString();
  const { tellAt, warnAt, disablesAt } = failing;
  return {
    ...failing,
    ...(tellAt ? { tellAt: shifted(tellAt) } : {}),
    ...(warnAt ? { warnAt: shifted(warnAt) } : {}),
    ...(disablesAt ? { disablesAt: shifted(disablesAt) } : {}),
  };
}

/** True if the run of failures has lasted so long that the subscription is disabled. */
export function isFailingForLong({ disablesAt }: Failing, now: Date): boolean {
  return disablesAt !== undefined && disablesAt <= now.toISOString();
}

function beginRun(call: FailedCall, now: Date, { disableAfterSeconds }: HealthPolicy): Failing {
  const warnAfter = Math.max(disableAfterSeconds - warnBeforeSeconds, disableAfterSeconds / 2);
  const end = { warnAt: after(now, warnAfter * 1_000), disablesAt: after(now, disableAfterSeconds * 1_000) };
  return {
    since: now.toISOString(),
    count: 1,
    eventId: call.eventId,
    ...lastOf(call),
    tellAt: after(now, tellAfterSeconds * 1_000),
    ...(disableAfterSeconds > 0 ? end : {}),
  };
}

/** The breaker is written in any case, so the run tells the latest failure. */
function atOpening(
  failing: Failing,
  call: FailedCall,
  openedAt: Date,
  { breakerMaxSeconds }: HealthPolicy,
): Failing {
  const { lastStatus: _, ...others } = failing;
  const { tellAt } = failing;
  const soon = after(openedAt, breakerMaxSeconds * 1_000);
  const isSooner = tellAt !== undefined && soon < tellAt;
  return { ...others, ...lastOf(call), ...(isSooner ? { tellAt: soon } : {}) };
}

function lastOf({ outcome: { reason, status } }: FailedCall): Pick<Failing, 'lastReason' | 'lastStatus'> {
  return { lastReason: reason, ...(status === undefined ? {} : { lastStatus: status }) };
}

/**
 * The receiver wants fewer calls. That opens no breaker. But one that says nothing else for days is of no use to its owner, so
 * it begins a run of failures.
 */
function throttle(health: Health, call: FailedCall, now: Date, policy: HealthPolicy): Health {
  const { throttledUntil, throttles = 0, breaker } = health;
  if (throttledUntil !== undefined && throttledUntil > now.toISOString()) return health;
  const { outcome, probe } = call;
  // Twice as long each time, or what it asks for if that is longer.
  const soonest = Math.max(throttleSeconds * 2 ** throttles, outcome.retryAfterSeconds ?? 0);
  const until = after(now, Math.min(soonest, longestThrottleSeconds) * 1_000);
  // A probe that was told to come later comes later. The breaker stays as it is.
  const probing = isProbeOf(breaker, probe) ? breaker : undefined;
  return {
    ...health,
    failing: health.failing ?? { ...beginRun(call, now, policy), count: 0 },
    throttledUntil: until,
    throttles: throttles + 1,
    ...(probing ? { breaker: openUntil(probing, until) } : {}),
  };
}

function countFailure(
  failing: Failing | undefined,
  call: FailedCall,
  now: Date,
  policy: HealthPolicy,
): Failing {
  const { breakerFailures } = policy;
  if (!failing) return beginRun(call, now, policy);
  const isOfSeveral = failing.isOfSeveral ?? (failing.eventId === call.eventId ? undefined : true);
  const isCounted = failing.count >= Math.max(1, breakerFailures);
  if (isCounted && isOfSeveral === failing.isOfSeveral) return failing;
  return {
    ...failing,
    ...lastOf(call),
    count: isCounted ? failing.count : failing.count + 1,
    ...(isOfSeveral ? { isOfSeveral } : {}),
  };
}

function openBy(
  breaker: Breaker | undefined,
  failing: Failing,
  { probe }: JudgedCall,
  now: Date,
  policy: HealthPolicy,
): Breaker | undefined {
  if (breaker) {
    // Calls that began before it opened, and tests of the owner, change nothing.
    return isProbeOf(breaker, probe) ? openAgain(breaker, now, policy) : breaker;
  }
  if (!isEnough(failing, now, policy)) return undefined;
  return open(now, policy);
}

/**
 * A run that is shorter than what functions know of a subscription proves nothing: another one may have had a success, and
 * not have known that there was a run to end.
 */
function isEnough(failing: Failing, now: Date, policy: HealthPolicy): boolean {
  const { breakerFailures, breakerMinSeconds, cacheMs } = policy;
  const lastedMs = now.getTime() - Date.parse(failing.since);
  const isSpread = failing.isOfSeveral === true || lastedMs >= breakerMinSeconds * 1_000;
  return breakerFailures > 0 && failing.count >= breakerFailures && isSpread && lastedMs >= cacheMs;
}
