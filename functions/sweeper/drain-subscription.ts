import { limitOfOwner } from '../../core/deliveries/call-limits.ts';
import {
  type Delivery,
  messageFor,
  type ParkedDelivery,
  type ReservedTurn,
} from '../../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import type { RetryQueue } from '../../core/deliveries/delivery-queues.ts';
import { dropParked, release } from '../../core/deliveries/delivery-steps.ts';
import type { ParkedDeliveries } from '../../core/deliveries/parked-deliveries.ts';
import { type CallLimit, maxTurnWaitMs, type TokenStore, turnMs } from '../../core/rate-limit.ts';
import { type Drain, type DrainPolicy, drainAfter, rateOf } from '../../core/subscriptions/drain.ts';
import { holdBackOf } from '../../core/subscriptions/parking.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { idle, type Planned } from './planned.ts';

export interface DrainingDeps {
  readonly parked: ParkedDeliveries;
  readonly deliveries: Pick<DeliveryLog, 'replaceDelivery'>;
  readonly retries: RetryQueue;
  readonly tokens: TokenStore;
  readonly telemetry: Telemetry;
  /** How long a delivery that was sent counts as on its way. */
  readonly leaseMs: number;
  readonly settings: DrainPolicy;
  readonly now: () => Date;
}

/** When the delivery with this index goes, and the turn that is reserved for it. */
type Timing = (index: number) => { readonly waitMs: number; readonly turn?: ReservedTurn };

/** Releases the parked deliveries of a subscription step by step, the oldest first. */
export function createDraining(deps: DrainingDeps) {
  const { parked, deliveries, retries, tokens, telemetry, leaseMs, settings, now } = deps;
  const stepMs = settings.drainStepSeconds * 1_000;

  return async function planDrain(subscription: Subscription, isAccountPaused: boolean): Promise<Planned> {
    const { drain, accountId, id: subscriptionId } = subscription;
    if (!drain || drain.nextAt > now().toISOString()) return idle(subscription);
    const isUnwanted = subscription.status === 'disabled' && !subscription.disabledReason;
    const isHeld = mayNotGo(subscription, now());
    if (!isUnwanted && !drain.discardUntil && (isHeld || isAccountPaused)) return waitLonger(drain);

    const perSecond = rateOf(drain, settings);
    const limit = limitOfOwner(subscription);
    const room = lowerOf(perSecond, limit) * settings.drainStepSeconds;
    const rows = await parked.listParked({ accountId, subscriptionId }, room);
    const isDropped = (row: ParkedDelivery) => isUnwanted || isDiscarded(drain, row);
    const dropped = rows.filter(isDropped);
    const wanted = isHeld || isAccountPaused ? [] : rows.filter((row) => !isDropped(row));
    // What is held stays where it is. Once it may go, a drain begins anew.
    const found = isHeld ? dropped.length : rows.length;
    return {
      subscription: withDrain(drainAfter(drain, found, now(), settings)),
      work: async () => {
        await Promise.all(
          dropped.map((row) => drop(row, isUnwanted ? 'subscription-disabled' : 'discarded')),
        );
        const timing = await planTimes(limit, wanted.length, perSecond);
        if (timing) await releaseAll(wanted, timing);
      },
    };

    function waitLonger(waiting: Drain): Planned {
      const nextAt = new Date(now().getTime() + stepMs).toISOString();
      return idle(withDrain({ ...waiting, nextAt }));
    }

    function withDrain(next: Drain | undefined): Subscription {
      const { drain: _, ...others } = subscription;
      return next ? { ...others, drain: next } : others;
    }
  };

  /** Undefined if the subscription's own limit has no room in this step. */
  async function planTimes(
    limit: CallLimit | undefined,
    count: number,
    perSecond: number,
  ): Promise<Timing | undefined> {
    if (!limit) return (index) => ({ waitMs: Math.floor(index / perSecond) * 1_000 });
    if (count === 0) return undefined;
    const nowMs = now().getTime();
    // No message can wait for longer than the last of these turns.
    const maxWaitMs = Math.min(stepMs, maxTurnWaitMs - stepMs);
    const startMs = await tokens.reserveTokens({ ...limit, maxWaitMs }, count, now());
    return startMs === undefined ? undefined : (index) => turnOf(limit, startMs, index, nowMs);
  }

  async function releaseAll(rows: readonly ParkedDelivery[], timing: Timing): Promise<void> {
    const sent = await Promise.all(rows.map((row, index) => recordRelease(row, timing(index))));
    const refused = await retries.sendRetries(sent.flat());
    // Their rows are in the due index, so they are late and not lost.
    for (const { message, cause } of refused)
      telemetry.error('sweep.failed', { eventId: message.eventId, error: cause });
    telemetry.count('DeliveriesReleased', sent.flat().length - refused.length);
  }

  async function recordRelease(row: ParkedDelivery, { waitMs, turn }: ReturnType<Timing>) {
    const next = release(row, { waitMs, dueInMs: waitMs + leaseMs }, now(), turn);
    const isWritten = await replace(row, next);
    return isWritten ? [{ message: messageFor(next), delaySeconds: Math.ceil(waitMs / 1_000) }] : [];
  }

  async function drop(row: ParkedDelivery, reason: 'subscription-disabled' | 'discarded'): Promise<void> {
    await replace(row, dropParked(row, reason, now()));
  }

  /** A row that cannot be written must not stop its neighbours from being sent. The next step finds it. */
  async function replace(row: ParkedDelivery, next: Delivery): Promise<boolean> {
    try {
      return await deliveries.replaceDelivery(row, next);
    } catch (error) {
      telemetry.error('sweep.failed', { eventId: row.eventId, error });
      return false;
    }
  }
}

function lowerOf(perSecond: number, limit: CallLimit | undefined): number {
  return Math.min(perSecond, limit?.perSecond ?? perSecond);
}

function mayNotGo(subscription: Subscription, now: Date): boolean {
  return holdBackOf(subscription, now) !== undefined || subscription.status !== 'enabled';
}

function isDiscarded({ discardUntil }: Drain, { parkedAt }: ParkedDelivery): boolean {
  return discardUntil !== undefined && parkedAt <= discardUntil;
}

function turnOf(limit: CallLimit, startMs: number, index: number, nowMs: number) {
  const atMs = turnMs(limit, startMs, index, nowMs);
  const turn = { at: new Date(atMs).toISOString(), passed: [limit.bucket] };
  return { waitMs: atMs - nowMs, turn };
}
