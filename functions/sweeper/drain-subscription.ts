import { limitOfOwner } from '../../core/deliveries/call-limits.ts';
import {
  type Delivery,
  messageFor,
  type ParkedDelivery,
  type ReservedTurn,
} from '../../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import type { RetryQueue } from '../../core/deliveries/delivery-queues.ts';
import type { ParkedDeliveries } from '../../core/deliveries/parked-deliveries.ts';
import { dropParked, release } from '../../core/deliveries/parking-steps.ts';
import {
  type CallLimit,
  intervalMs,
  maxTurnWaitMs,
  type TokenStore,
  tokensInReach,
  turnMs,
} from '../../core/rate-limit.ts';
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
type Timing = (index: number) => { readonly waitMs: number; readonly turn: ReservedTurn };

/** Releases the parked deliveries of a subscription step by step, the oldest first. */
export function createDraining(deps: DrainingDeps) {
  const { parked, deliveries, retries, tokens, telemetry, leaseMs, settings, now } = deps;
  const stepMs = settings.drainStepSeconds * 1_000;

  return async function planDrain(subscription: Subscription, isAccountPaused: boolean): Promise<Planned> {
    const { drain } = subscription;
    if (!drain || drain.nextAt > now().toISOString()) return idle(subscription);
    const isHeld = isAccountPaused || isHolding(subscription);
    const mayDrop = isUnwanted(subscription) || drain.discardUntil !== undefined;
    if (isHeld && !mayDrop) return idle({ ...subscription, drain: { ...drain, nextAt: afterStep() } });
    return planStep(subscription, drain, isHeld);
  };

  async function planStep(subscription: Subscription, drain: Drain, isHeld: boolean): Promise<Planned> {
    const { accountId, id: subscriptionId } = subscription;
    const limit = limitOfOwner(subscription);
    const perSecond = rateOf(drain, settings);
    const fastest = limit ? Math.min(perSecond, 1_000 / intervalMs(limit)) : perSecond;
    const room = Math.max(1, Math.floor(fastest * settings.drainStepSeconds));
    const rows = await parked.listParked({ accountId, subscriptionId }, room);
    const reasonToDrop = isUnwanted(subscription) ? 'subscription-disabled' : 'discarded';
    const isDropped = ({ parkedAt }: ParkedDelivery) =>
      isUnwanted(subscription) || parkedAt <= (drain.discardUntil ?? '');
    const dropped = rows.filter(isDropped);
    const wanted = isHeld ? [] : rows.filter((row) => !isDropped(row));
    // What is held stays where it is. Once it may go, a drain begins anew.
    const found = isHeld ? dropped.length : rows.length;
    const { drain: _, ...others } = subscription;
    const next = drainAfter(drain, { found, room }, now(), settings);
    return {
      subscription: next ? { ...others, drain: next } : others,
      work: async () => {
        await Promise.all(dropped.map((row) => drop(row, reasonToDrop)));
        const { count, timing } = await planTimes(limit, wanted.length, perSecond);
        await releaseAll(wanted.slice(0, count), timing);
      },
    };
  }

  /** True if nothing may be called now. Whatever ends that begins a drain, or the next step finds it ended. */
  function isHolding(subscription: Subscription): boolean {
    return subscription.status !== 'enabled' || holdBackOf(subscription, now()) !== undefined;
  }

  function afterStep(): string {
    return new Date(now().getTime() + stepMs).toISOString();
  }

  /** How many can go in this step, and when each of them goes. */
  async function planTimes(
    limit: CallLimit | undefined,
    count: number,
    perSecond: number,
  ): Promise<{ readonly count: number; readonly timing: Timing }> {
    const nowMs = now().getTime();
    const spread: Timing = (index) => turnAt(nowMs + Math.floor(index / perSecond) * 1_000, [], nowMs);
    if (!limit || count === 0) return { count, timing: spread };
    // No message can wait for longer than the last of these turns.
    const maxWaitMs = Math.min(stepMs, maxTurnWaitMs - stepMs);
    const within = { ...limit, maxWaitMs };
    const startMs = await tokens.reserveTokens(within, count, now());
    if (startMs === undefined) return { count: 0, timing: spread };
    const inReach = Math.min(count, tokensInReach(within, startMs, nowMs));
    return {
      count: inReach,
      timing: (index) => turnAt(turnMs(limit, startMs, index, nowMs), [limit.bucket], nowMs),
    };
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

/** Its owner has disabled it, and so dropped what was kept. */
function isUnwanted({ status, disabledReason }: Subscription): boolean {
  return status === 'disabled' && disabledReason === undefined;
}

/** Whoever has a turn need not queue behind what is parked. */
function turnAt(atMs: number, passed: string[], nowMs: number): ReturnType<Timing> {
  return { waitMs: atMs - nowMs, turn: { at: new Date(atMs).toISOString(), passed } };
}
