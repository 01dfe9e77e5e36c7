import type { ParkReason } from '../subscriptions/parking.ts';
import { after } from '../times.ts';
import {
  type Delivery,
  type DeliveryRef,
  type ReservedTurn,
  refOf,
  type WaitingDelivery,
} from './delivery.ts';

/** What the steps of a delivery have in common. */

export interface WaitTimes {
  /** The time until the planned attempt. */
  readonly waitMs: number;
  /** The time until the sweeper takes over, if the message does not come. */
  readonly dueInMs: number;
}

/** Tells where a schedule begins, for a delivery in work or any row. */
interface Scheduled {
  readonly message: Pick<DeliveryRef, 'acceptedAt'>;
  readonly claimed: Pick<Delivery, 'restarted' | 'attemptCount' | 'probeCount' | 'pausedMs'> | undefined;
}

/** A schedule begins with the event, or when somebody asked for a fresh one. */
export function scheduleOf({ message, claimed }: Scheduled) {
  const { at = message.acceptedAt, attemptCount: before = 0 } = claimed?.restarted ?? {};
  const counted = (claimed?.attemptCount ?? 0) - (claimed?.probeCount ?? 0);
  const begunAt = after(new Date(at), claimed?.pausedMs ?? 0);
  return { begunAt, attemptCount: counted - before };
}

/** Plans the next attempt. */
export function waiting(
  facts: NextFacts,
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

/** What every step copies from the row before it, if there is one. */
export function nextFacts(row: Delivery | undefined, ref: DeliveryRef, now: Date) {
  const {
    attemptCount = 0,
    version = 0,
    responseStatus,
    restarted,
    firstAttempt,
    probeCount,
    isTest,
  } = row ?? {};
  const pausedMs = pausedMsOf(row, now);
  return {
    ...refOf(ref),
    version: version + 1,
    attemptCount,
    updatedAt: now.toISOString(),
    ...(responseStatus === undefined ? {} : { responseStatus }),
    ...(restarted ? { restarted } : {}),
    ...(firstAttempt ? { firstAttempt } : {}),
    ...(probeCount === undefined ? {} : { probeCount }),
    ...(isTest ? { isTest } : {}),
    ...(pausedMs > 0 ? { pausedMs } : {}),
  };
}

export type NextFacts = ReturnType<typeof nextFacts>;

/** Time for which somebody wants a delivery to wait is not its own. */
export function isPause(reason: ParkReason): boolean {
  return reason === 'paused' || reason === 'account-paused' || reason === 'stage-paused';
}

/** How long it has been kept back by the time that it leaves its state. */
function pausedMsOf(row: Delivery | undefined, now: Date): number {
  const before = row?.pausedMs ?? 0;
  return row?.state === 'parked' && isPause(row.reason)
    ? before + Math.max(0, now.getTime() - Date.parse(row.parkedAt))
    : before;
}
