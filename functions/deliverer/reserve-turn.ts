import { callbackLimits, type LimitSettings, limitsAhead } from '../../core/deliveries/call-limits.ts';
import type { DeliveryInWork } from '../../core/deliveries/delivery.ts';
import { maxTurnWaitMs } from '../../core/rate-limit.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { CallLimiter } from '../receivers/call-limiter.ts';
import type { Postponed } from './ending.ts';

export interface TurnDeps {
  readonly reserveTurns: CallLimiter;
  readonly settings: LimitSettings & { readonly queueMarginSeconds: number };
  readonly now: () => Date;
  readonly random: () => number;
}

/** Lets a delivery through if its limits have room for a call now. Otherwise the delivery waits, as for a retry. */
export function createTurnReservation({ reserveTurns, settings, now, random }: TurnDeps) {
  return async function reserveTurn(
    { message }: DeliveryInWork,
    subscription: Subscription,
  ): Promise<Postponed | undefined> {
    const marginMs = settings.queueMarginSeconds * 1_000;
    const limits = limitsAhead(callbackLimits(subscription, settings), message.turn, now(), marginMs);
    const turn = await reserveTurns(limits, now());
    switch (turn.kind) {
      case 'now':
        return undefined;
      case 'later': {
        const waitMs = Math.max(0, turn.at.getTime() - now().getTime());
        const passed = [...(message.turn?.passed ?? []), ...turn.passed];
        return {
          kind: 'postponed',
          limit: turn.limit,
          times: { waitMs, dueInMs: waitMs + marginMs },
          turn: { at: turn.at.toISOString(), passed },
          byQueue: true,
        };
      }
      case 'full': {
        // The sweeper brings it back to try again. The random part spreads such deliveries over time.
        const waitMs = maxTurnWaitMs * (1 + random());
        const times = { waitMs, dueInMs: waitMs };
        return { kind: 'postponed', limit: turn.limit, times, turn: message.turn, byQueue: false };
      }
      default:
        return turn satisfies never;
    }
  };
}
