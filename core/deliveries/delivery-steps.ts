import { after } from '../times.ts';
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
  type ParkedDelivery,
  type ReservedTurn,
  type WaitingDelivery,
} from './delivery.ts';
import { nextFacts, type WaitTimes, waiting } from './delivery-facts.ts';
import { keptInRow } from './kept-attempt.ts';
import { type HorizonPolicy, parked } from './parking-steps.ts';
import type { RetryDecision } from './retry-policy.ts';

/** The steps of a delivery. Each makes the next row from the present one. */

/**
 * The step before an attempt. Returns undefined if the delivery has ended or the message is void; then nothing may be
 * called.
 */
export function claim(
  row: Delivery | undefined,
  message: DeliveryMessage,
  now: Date,
  leaseMs: number,
): ClaimedDelivery | undefined {
  if (row && isFinal(row)) return undefined;
  if ((row?.version ?? 0) !== message.version) return undefined;
  return { ...nextFacts(row, message, now), state: 'claimed', dueAt: leaseEnd(row, now, leaseMs) };
}

/** The sweeper's lease is as long as this many claims' leases. */
const leasesOfSweep = 5;

/**
 * A row that the sweeper has just sent is due later than the claim's lease ends. It stays where it is in the due index,
 * because to move it costs two write units. After a crash it is swept a few minutes later.
 */
function leaseEnd(row: Delivery | undefined, now: Date, leaseMs: number): string {
  const end = after(now, leaseMs);
  if (row?.state !== 'waiting' || row.dueAt <= end) return end;
  return row.dueAt <= after(now, leaseMs * leasesOfSweep) ? row.dueAt : end;
}

/** The step after an attempt, according to the retry decision. */
export function settle(
  work: DeliveryInWork,
  attempt: Attempt,
  decision: RetryDecision,
  now: Date,
  policy: HorizonPolicy,
): DeliveredDelivery | ExhaustedDelivery | WaitingDelivery | ParkedDelivery {
  const { responseStatus: _, ...before } = nextFacts(work.claimed, work.message, now);
  const { status } = attempt.outcome;
  const facts = {
    ...before,
    attemptCount: before.attemptCount + 1,
    ...(status === undefined ? {} : { responseStatus: status }),
    ...(isSpared(decision) ? { probeCount: (before.probeCount ?? 0) + 1 } : {}),
  };
  switch (decision.kind) {
    case 'delivered':
      return {
        ...facts,
        state: 'delivered',
        ...(work.claimed ? {} : { firstAttempt: keptInRow(attempt) }),
      };
    case 'exhausted':
      return { ...facts, state: 'exhausted', reason: decision.reason };
    case 'parked':
      return parked(facts, decision.reason, now, policy);
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

function isSpared(decision: RetryDecision): boolean {
  return decision.kind === 'parked' && decision.isSpared === true;
}

/** Ends the delivery because the subscription no longer accepts callbacks. No attempt is made or counted. */
export function cancel(work: DeliveryInWork, reason: CancellationReason, now: Date): CancelledDelivery {
  return { ...nextFacts(work.claimed, work.message, now), state: 'cancelled', reason };
}

/** Ends the delivery because its horizon passed before the attempt. */
export function expire(work: DeliveryInWork, now: Date): ExhaustedDelivery {
  return { ...nextFacts(work.claimed, work.message, now), state: 'exhausted', reason: 'expired' };
}

/** Moves the attempt to a later time because a limit has no room. No attempt is made or counted. */
export function postpone(
  work: DeliveryInWork,
  times: WaitTimes,
  now: Date,
  turn: ReservedTurn | undefined,
  limit: NonNullable<WaitingDelivery['limit']>,
): WaitingDelivery {
  return { ...waiting(nextFacts(work.claimed, work.message, now), times, now, turn), limit };
}

/** The first row of a delivery that does not come from the dispatcher and so has no first message. */
export function plan(ref: DeliveryRef, times: WaitTimes, now: Date): WaitingDelivery {
  return waiting(nextFacts(undefined, ref, now), times, now);
}

/** The same for a test: nothing holds it back. */
export function planTest(ref: DeliveryRef, times: WaitTimes, now: Date): WaitingDelivery {
  return { ...plan(ref, times, now), isTest: true };
}

/** The same for a delivery that its owner asks for: its schedule begins now, however old the event is. */
export function planAnew(ref: DeliveryRef, times: WaitTimes, now: Date): WaitingDelivery {
  return { ...plan(ref, times, now), restarted: { at: now.toISOString(), attemptCount: 0 } };
}

/** A message that takes longer than this is lost, not late. */
const longestLeaseMs = 6 * 3_600_000;

/**
 * The sweeper's step: postpones a due row and makes every earlier message for it void. A deliverer that claimed the
 * row and lost its lease can no longer write its result, because the version has changed. The row keeps its turn,
 * because the message is late or lost.
 *
 * Each sweep in a row doubles the lease. Otherwise, on a queue that is slower than the lease, every message would be
 * void by the time it arrives.
 */
export function sweep(row: Delivery, now: Date, leaseMs: number): WaitingDelivery | undefined {
  if (isFinal(row) || new Date(row.dueAt) > now) return undefined;
  const { turn, sweepCount = 0 } = row.state === 'waiting' ? row : {};
  const dueInMs = Math.min(leaseMs * 2 ** sweepCount, longestLeaseMs);
  const next = waiting(nextFacts(row, row, now), { waitMs: 0, dueInMs }, now, turn);
  return { ...next, sweepCount: sweepCount + 1 };
}

/** Undoes one sweep after its message was refused. An unsent message cannot be late, so the sweep does not count. */
export function undoSweep(swept: WaitingDelivery): WaitingDelivery {
  const { version, sweepCount = 1 } = swept;
  return { ...swept, version: version + 1, sweepCount: sweepCount - 1 };
}

/** The operator's step: gives an exhausted delivery a fresh schedule. */
export function revive(row: Delivery, now: Date, leaseMs: number): WaitingDelivery | undefined {
  return row.state === 'exhausted' ? restart(row, { waitMs: 0, dueInMs: leaseMs }, now) : undefined;
}

/** The owner's step: starts a fresh schedule in any state. Returns undefined while a call is being made. */
export function resend(row: Delivery, times: WaitTimes, now: Date): WaitingDelivery | undefined {
  return row.state === 'claimed' ? undefined : restart(row, times, now);
}

/**
 * The message that goes with the row carries the first attempt of the schedule. If it gets lost, the sweeper takes
 * over after the lease.
 */
function restart(row: Delivery, times: WaitTimes, now: Date): WaitingDelivery {
  const restarted = { at: now.toISOString(), attemptCount: row.attemptCount - (row.probeCount ?? 0) };
  const { pausedMs: _, ...facts } = nextFacts(row, row, now);
  return waiting({ ...facts, restarted }, times, now);
}
