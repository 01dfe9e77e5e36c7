import {
  type Attempt,
  type CancellationReason,
  type Delivery,
  type DeliveryMessage,
  type DeliveryRef,
  isFinal,
  type ReservedTurn,
  refOf,
} from './delivery.ts';
import type { RetryDecision } from './retry-policy.ts';

/** The steps that a delivery can take, each from its row as it was read to the row as it shall be. */

/** Takes a delivery for one attempt. Undefined: it is final, or the message is void, and nobody must call for it. */
export function claim(
  row: Delivery | undefined,
  message: DeliveryMessage,
  now: Date,
  leaseMs: number,
): Delivery | undefined {
  if (row && isFinal(row)) return undefined;
  if ((row?.version ?? 0) !== message.version) return undefined;
  return { ...nextRow(row, message, now), state: 'claimed', dueAt: after(now, leaseMs) };
}

/** The row after an attempt, from the row that was claimed (or none, for a first attempt that needed no claim). */
export function settle(
  claimed: Delivery | undefined,
  ref: DeliveryRef,
  attempt: Attempt,
  decision: RetryDecision,
  now: Date,
): Delivery {
  const { responseStatus: _, ...unanswered } = nextRow(claimed, ref, now);
  const { status } = attempt.outcome;
  const next = {
    ...unanswered,
    attemptCount: unanswered.attemptCount + 1,
    ...(status === undefined ? {} : { responseStatus: status }),
  };
  switch (decision.kind) {
    case 'delivered':
      return { ...next, state: 'delivered', ...(claimed ? {} : { firstAttempt: shortened(attempt) }) };
    case 'exhausted':
      return { ...next, state: 'exhausted', reason: decision.reason };
    case 'retry':
      return {
        ...next,
        state: 'waiting',
        nextAttemptAt: after(now, decision.delaySeconds * 1000),
        dueAt: after(now, decision.dueInSeconds * 1000),
      };
    default:
      return decision satisfies never;
  }
}

/** The row of a delivery whose subscription no longer takes callbacks; no attempt is made or counted. */
export function cancel(
  row: Delivery | undefined,
  ref: DeliveryRef,
  reason: CancellationReason,
  now: Date,
): Delivery {
  return endUnattempted(row, ref, { state: 'cancelled', reason }, now);
}

/** The row of a delivery whose horizon has passed before an attempt could be made. */
export function expire(row: Delivery | undefined, ref: DeliveryRef, now: Date): Delivery {
  return endUnattempted(row, ref, { state: 'exhausted', reason: 'expired' }, now);
}

function endUnattempted(
  row: Delivery | undefined,
  ref: DeliveryRef,
  end: Required<Pick<Delivery, 'state' | 'reason'>>,
  now: Date,
): Delivery {
  return { ...nextRow(row, ref, now), ...end };
}

export interface WaitTimes {
  /** Until the attempt is planned. */
  readonly waitMs: number;
  /** Until the sweeper takes the delivery up if its message has not. */
  readonly dueInMs: number;
}

/** The row of a delivery whose turn comes later; no attempt is made or counted. */
export function postpone(
  row: Delivery | undefined,
  ref: DeliveryRef,
  { waitMs, dueInMs }: WaitTimes,
  now: Date,
  turn?: ReservedTurn,
): Delivery {
  return {
    ...nextRow(row, ref, now),
    state: 'waiting',
    nextAttemptAt: after(now, waitMs),
    dueAt: after(now, dueInMs),
    ...(turn ? { turn } : {}),
  };
}

/** A message that has not come by then is lost rather than late. */
const longestLeaseMs = 6 * 3_600_000;

/**
 * The sweeper's step: postpones a row that is due and makes every earlier message for it void. The state stays, so
 * that whoever claimed it and lost its lease cannot write a result any more; so does a turn, whose message is late or lost.
 * Each time in a row doubles the lease: of a queue that is later than that, every message would be void when it comes.
 */
export function takeUp(row: Delivery, now: Date, leaseMs: number): Delivery | undefined {
  if (row.dueAt === undefined || new Date(row.dueAt) > now) return undefined;
  const { sweepCount = 0 } = row;
  return {
    ...row,
    version: row.version + 1,
    sweepCount: sweepCount + 1,
    updatedAt: now.toISOString(),
    nextAttemptAt: now.toISOString(),
    dueAt: after(now, Math.min(leaseMs * 2 ** sweepCount, longestLeaseMs)),
  };
}

/** The sweeper's step back, where its message was refused: what was never sent cannot be late, and does not count. */
export function leaveUnsent(taken: Delivery): Delivery {
  const { version, sweepCount = 1 } = taken;
  return { ...taken, version: version + 1, sweepCount: sweepCount - 1 };
}

/** The operator's step: a delivery that had no attempt left gets a fresh schedule. */
export function revive(row: Delivery, now: Date, leaseMs: number): Delivery | undefined {
  return row.state === 'exhausted' ? restart(row, { waitMs: 0, dueInMs: leaseMs }, now) : undefined;
}

/** The owner's step: whatever became of it or is to come, a fresh schedule. Undefined while somebody is calling. */
export function resend(row: Delivery, times: WaitTimes, now: Date): Delivery | undefined {
  return row.state === 'claimed' ? undefined : restart(row, times, now);
}

/**
 * The message that goes with the row carries the schedule's first attempt; should it be lost, the sweeper takes the
 * delivery up after the lease.
 */
function restart(row: Delivery, { waitMs, dueInMs }: WaitTimes, now: Date): Delivery {
  const next = nextRow(row, row, now);
  return {
    ...next,
    state: 'waiting',
    restarted: { at: next.updatedAt, attemptCount: row.attemptCount },
    nextAttemptAt: after(now, waitMs),
    dueAt: after(now, dueInMs),
  };
}

/** Where a delivery's schedule begins: with the event, or when somebody asked for a fresh one. */
export function scheduleOf(row: Delivery | undefined, { acceptedAt }: DeliveryRef) {
  const { at = acceptedAt, attemptCount: before = 0 } = row?.restarted ?? {};
  return { begunAt: at, attemptCount: (row?.attemptCount ?? 0) - before };
}

/** What every step keeps of the row before it, if there was one. */
function nextRow(row: Delivery | undefined, ref: DeliveryRef, now: Date) {
  const { attemptCount = 0, version = 0, responseStatus, restarted, firstAttempt } = row ?? {};
  return {
    ...refOf(ref),
    version: version + 1,
    attemptCount,
    updatedAt: now.toISOString(),
    ...(responseStatus === undefined ? {} : { responseStatus }),
    ...(restarted ? { restarted } : {}),
    ...(firstAttempt ? { firstAttempt } : {}),
  };
}

/** What a receiver says to a success is hardly ever read, and beyond 1 KB each row would cost a second write unit. */
function shortened({ outcome, ...others }: Attempt): Attempt {
  const responseExcerpt = outcome.responseExcerpt?.slice(0, 256);
  return { ...others, outcome: responseExcerpt ? { ...outcome, responseExcerpt } : outcome };
}

function after(now: Date, ms: number): string {
  return new Date(now.getTime() + ms).toISOString();
}
