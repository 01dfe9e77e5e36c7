import {
  type Attempt,
  type CancellationReason,
  type CancelledDelivery,
  type ClaimedDelivery,
  type DeliveredDelivery,
  type Delivery,
  type DeliveryInWork,
  type DeliveryMessage,
  type DeliveryRef,
  type ExhaustedDelivery,
  isFinal,
  type ReservedTurn,
  refOf,
  type WaitingDelivery,
} from './delivery.ts';
import type { RetryDecision } from './retry-policy.ts';

/** The steps that a delivery can take: each makes of a row in one state a row in another. */

/** Before an attempt. Undefined if the delivery has ended or the message is void: then nobody may call for it. */
export function claim(
  row: Delivery | undefined,
  message: DeliveryMessage,
  now: Date,
  leaseMs: number,
): ClaimedDelivery | undefined {
  if (row && isFinal(row)) return undefined;
  if ((row?.version ?? 0) !== message.version) return undefined;
  return { ...nextFacts(row, message, now), state: 'claimed', dueAt: after(now, leaseMs) };
}

/** After an attempt, by what was decided of it. */
export function settle(
  work: DeliveryInWork,
  attempt: Attempt,
  decision: RetryDecision,
  now: Date,
): DeliveredDelivery | ExhaustedDelivery | WaitingDelivery {
  const { responseStatus: _, ...before } = nextFacts(work.claimed, work.message, now);
  const { status } = attempt.outcome;
  const facts = {
    ...before,
    attemptCount: before.attemptCount + 1,
    ...(status === undefined ? {} : { responseStatus: status }),
  };
  switch (decision.kind) {
    case 'delivered':
      return { ...facts, state: 'delivered', ...(work.claimed ? {} : { firstAttempt: shortened(attempt) }) };
    case 'exhausted':
      return { ...facts, state: 'exhausted', reason: decision.reason };
    case 'retry':
      return {
        ...facts,
        state: 'waiting',
        nextAttemptAt: after(now, decision.delaySeconds * 1000),
        dueAt: after(now, decision.dueInSeconds * 1000),
      };
    default:
      return decision satisfies never;
  }
}

/** The subscription no longer takes callbacks. No attempt is made or counted. */
export function cancel(work: DeliveryInWork, reason: CancellationReason, now: Date): CancelledDelivery {
  return { ...nextFacts(work.claimed, work.message, now), state: 'cancelled', reason };
}

/** The horizon has passed before an attempt could be made. */
export function expire(work: DeliveryInWork, now: Date): ExhaustedDelivery {
  return { ...nextFacts(work.claimed, work.message, now), state: 'exhausted', reason: 'expired' };
}

export interface WaitTimes {
  /** Until the attempt is planned. */
  readonly waitMs: number;
  /** Until the sweeper takes the delivery up if its message has not. */
  readonly dueInMs: number;
}

/** Its turn comes later. No attempt is made or counted. */
export function postpone(
  work: DeliveryInWork,
  times: WaitTimes,
  now: Date,
  turn: ReservedTurn | undefined,
): WaitingDelivery {
  return waiting(nextFacts(work.claimed, work.message, now), times, now, turn);
}

/** The first row of a delivery that does not come from the dispatcher, and so has no first message. */
export function plan(ref: DeliveryRef, times: WaitTimes, now: Date): WaitingDelivery {
  return waiting(nextFacts(undefined, ref, now), times, now);
}

/** A message that has not come by then is lost rather than late. */
const longestLeaseMs = 6 * 3_600_000;

/**
 * The sweeper's step: postpones a row that is due and makes every earlier message for it void. Whoever claimed it and lost
 * its lease cannot write a result any more, as the version tells. A turn stays, for its message is late or lost.
 * Each time in a row doubles the lease: of a queue that is later than that, every message would be void when it comes.
 */
export function takeUp(row: Delivery, now: Date, leaseMs: number): WaitingDelivery | undefined {
  if (isFinal(row) || new Date(row.dueAt) > now) return undefined;
  const { turn, sweepCount = 0 } = row.state === 'waiting' ? row : {};
  const dueInMs = Math.min(leaseMs * 2 ** sweepCount, longestLeaseMs);
  const next = waiting(nextFacts(row, row, now), { waitMs: 0, dueInMs }, now, turn);
  return { ...next, sweepCount: sweepCount + 1 };
}

/** The sweeper's step back, where its message was refused: what was never sent cannot be late, and does not count. */
export function leaveUnsent(taken: WaitingDelivery): WaitingDelivery {
  const { version, sweepCount = 1 } = taken;
  return { ...taken, version: version + 1, sweepCount: sweepCount - 1 };
}

/** The operator's step: a delivery that had no attempt left gets a fresh schedule. */
export function revive(row: Delivery, now: Date, leaseMs: number): WaitingDelivery | undefined {
  return row.state === 'exhausted' ? restart(row, { waitMs: 0, dueInMs: leaseMs }, now) : undefined;
}

/** The owner's step: whatever became of it or is to come, a fresh schedule. Undefined while somebody is calling. */
export function resend(row: Delivery, times: WaitTimes, now: Date): WaitingDelivery | undefined {
  return row.state === 'claimed' ? undefined : restart(row, times, now);
}

/**
 * The message that goes with the row carries the schedule's first attempt; should it be lost, the sweeper takes the
 * delivery up after the lease.
 */
function restart(row: Delivery, times: WaitTimes, now: Date): WaitingDelivery {
  const restarted = { at: now.toISOString(), attemptCount: row.attemptCount };
  return waiting({ ...nextFacts(row, row, now), restarted }, times, now);
}

/** What tells where a schedule begins, of a delivery in work or of any row. */
interface Scheduled {
  readonly message: Pick<DeliveryRef, 'acceptedAt'>;
  readonly claimed: Pick<Delivery, 'restarted' | 'attemptCount'> | undefined;
}

/** Where a delivery's schedule begins: with the event, or when somebody asked for a fresh one. */
export function scheduleOf({ message, claimed }: Scheduled) {
  const { at = message.acceptedAt, attemptCount: before = 0 } = claimed?.restarted ?? {};
  return { begunAt: at, attemptCount: (claimed?.attemptCount ?? 0) - before };
}

function waiting(
  facts: ReturnType<typeof nextFacts>,
  { waitMs, dueInMs }: WaitTimes,
  now: Date,
  turn?: ReservedTurn,
): WaitingDelivery {
  return {
    ...facts,
    state: 'waiting',
    nextAttemptAt: after(now, waitMs),
    dueAt: after(now, dueInMs),
    ...(turn ? { turn } : {}),
  };
}

/** What every step keeps of the row before it, if there was one. */
function nextFacts(row: Delivery | undefined, ref: DeliveryRef, now: Date) {
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
