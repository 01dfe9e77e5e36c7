import type { ParkReason } from '../subscriptions/parking.ts';
import type {
  CancellationReason,
  CancelledDelivery,
  DeliveryInWork,
  ParkedDelivery,
  ReservedTurn,
  WaitingDelivery,
} from './delivery.ts';
import { isPause, type NextFacts, nextFacts, scheduleOf, type WaitTimes, waiting } from './delivery-facts.ts';
import { horizonEnd, type RetryPolicy } from './retry-policy.ts';

/** The steps into and out of the state `parked`. */

export type HorizonPolicy = Pick<RetryPolicy, 'retryHorizonSeconds'>;

/** Lets the delivery wait until its subscription goes on. No attempt is made or counted. */
export function park(
  work: DeliveryInWork,
  reason: ParkReason,
  now: Date,
  policy: HorizonPolicy,
): ParkedDelivery {
  return parked(nextFacts(work.claimed, work.message, now), reason, now, policy);
}

/** The same, after an attempt that was made and counted in these facts. */
export function parked(
  facts: NextFacts,
  reason: ParkReason,
  now: Date,
  policy: HorizonPolicy,
): ParkedDelivery {
  const { begunAt } = scheduleOf({ message: facts, claimed: facts });
  const dueAt = horizonEnd(isPause(reason) ? now.toISOString() : begunAt, policy);
  return { ...facts, state: 'parked', reason, parkedAt: now.toISOString(), dueAt };
}

/** Plans the next attempt of a parked delivery. */
export function release(
  row: ParkedDelivery,
  times: WaitTimes,
  now: Date,
  turn?: ReservedTurn,
): WaitingDelivery {
  return waiting(nextFacts(row, row, now), times, now, turn);
}

/** Ends a parked delivery that nobody waits for any more. */
export function dropParked(row: ParkedDelivery, reason: CancellationReason, now: Date): CancelledDelivery {
  return { ...nextFacts(row, row, now), state: 'cancelled', reason };
}
