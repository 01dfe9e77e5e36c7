import { callbackLimits, type LimitSettings, limitsAhead } from '../core/deliveries/call-limits.ts';
import {
  type Delivery,
  type DeliveryMessage,
  messageFor,
  type ReservedTurn,
  refOf,
} from '../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../core/deliveries/delivery-log.ts';
import type { RetryQueue } from '../core/deliveries/delivery-queues.ts';
import { postpone, type WaitTimes } from '../core/deliveries/delivery-steps.ts';
import { maxTurnWaitMs } from '../core/rate-limit.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import type { CallLimiter } from './call-limiter.ts';
import type { Telemetry } from './telemetry.ts';

export interface TurnDeps {
  readonly askLimits: CallLimiter;
  readonly deliveries: DeliveryLog;
  readonly retries: RetryQueue;
  readonly telemetry: Telemetry;
  readonly settings: LimitSettings & { readonly queueMarginSeconds: number };
  readonly now: () => Date;
  readonly random: () => number;
}

/** Lets a delivery through if its limits have room for a call now; otherwise it waits in its row, as for a retry. */
export function createTurnCheck({
  askLimits,
  deliveries,
  retries,
  telemetry,
  settings,
  now,
  random,
}: TurnDeps) {
  return async function hasItsTurn(
    subscription: Subscription,
    message: DeliveryMessage,
    claimed: Delivery | undefined,
  ): Promise<boolean> {
    const marginMs = settings.queueMarginSeconds * 1_000;
    const limits = limitsAhead(callbackLimits(subscription, settings), message.turn, now(), marginMs);
    const turn = await askLimits(limits, now());
    switch (turn.kind) {
      case 'now':
        return true;
      case 'later': {
        const waitMs = Math.max(0, turn.at.getTime() - now().getTime());
        const passed = [...(message.turn?.passed ?? []), ...turn.passed];
        const reserved = { at: turn.at.toISOString(), passed };
        const times = { waitMs, dueInMs: waitMs + marginMs };
        const row = await write(message, claimed, times, turn.limit, reserved);
        // A crash from here on costs punctuality only: the due index has the row.
        if (row) await retries.sendRetry(messageFor(row), Math.ceil(waitMs / 1_000));
        return false;
      }
      case 'full': {
        // The sweeper brings it back to ask again, not all of them at one time.
        const waitMs = maxTurnWaitMs * (1 + random());
        await write(message, claimed, { waitMs, dueInMs: waitMs }, turn.limit, message.turn);
        return false;
      }
      default:
        return turn satisfies never;
    }
  };

  /** The waiting row; undefined if another claim has taken over. */
  async function write(
    message: DeliveryMessage,
    claimed: Delivery | undefined,
    times: WaitTimes,
    limit: string | undefined,
    turn: ReservedTurn | undefined,
  ): Promise<Delivery | undefined> {
    const postponed = postpone(claimed, message, times, now(), turn);
    telemetry.info('delivery.postponed', { ...refOf(message), limit, dueAt: postponed.dueAt });
    telemetry.count('DeliveriesPostponed');
    return (await deliveries.replaceDelivery(claimed, postponed)) ? postponed : undefined;
  }
}
