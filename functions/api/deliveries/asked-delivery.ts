import { presentDelivery } from '../../../contract/delivery-views.ts';
import { requestedDeliveryLimits } from '../../../core/deliveries/call-limits.ts';
import type { Delivery, DeliveryMessage, WaitingDelivery } from '../../../core/deliveries/delivery.ts';
import type { WaitTimes } from '../../../core/deliveries/delivery-facts.ts';
import { resendDelivery } from '../../../core/deliveries/resend-delivery.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { type Refusal, refuse, refuseTooManyRequests } from '../http/refusal.ts';

export type AskedDeliveryDeps = Pick<
  ApiDeps,
  | 'subscriptions'
  | 'deliveries'
  | 'events'
  | 'retries'
  | 'auditLog'
  | 'reserveTurns'
  | 'queueMarginSeconds'
  | 'cacheMs'
  | 'telemetry'
  | 'now'
  | 'randomBytes'
>;

/** What resending a delivery and sending a test event have in common: a delivery that the owner asks for. */
export function createAskedDelivery(deps: AskedDeliveryDeps) {
  return {
    /** The delivery waits until every function has seen the subscription as the caller has left it. */
    timesFor({ updatedAt }: Subscription): WaitTimes {
      const seenAt = Date.parse(updatedAt) + deps.cacheMs;
      const waitMs = Math.max(0, seenAt - deps.now().getTime());
      return { waitMs, dueInMs: waitMs + deps.queueMarginSeconds * 1_000 };
    },

    async refuseFlood(subscription: Subscription): Promise<Refusal | undefined> {
      const turn = await deps.reserveTurns(requestedDeliveryLimits(subscription), deps.now());
      return turn.kind === 'now'
        ? undefined
        : refuseTooManyRequests('Too many deliveries are asked for; try again in a second.');
    },

    senderAfter,

    /**
     * Sends a kept event, if the delivery is still as it was seen. Undefined if it has changed meanwhile. `announce` is
     * called before the delivery is changed, once it is known that the event is kept.
     */
    async sendKept(
      subscription: Subscription,
      seen: Delivery | undefined,
      next: WaitingDelivery,
      times: WaitTimes,
      announce: () => Promise<void>,
    ) {
      const { events, deliveries, now } = deps;
      const result = await resendDelivery(
        { events, deliveries, announce, send: senderAfter(times) },
        seen,
        next,
        now(),
      );
      switch (result) {
        case 'sent':
          return { body: presentDelivery(next, { subscription, now: now() }) };
        case 'too-old':
          return refuse('event-not-kept', 'The event is no longer stored, so it cannot be sent again.');
        case 'overtaken':
          return undefined;
        default:
          return result satisfies never;
      }
    },
  };

  /** The due index owns a delivery whose row waits. The message only makes it start sooner. */
  function senderAfter({ waitMs }: WaitTimes) {
    return async (message: DeliveryMessage): Promise<void> => {
      try {
        await deps.retries.sendRetry(message, Math.ceil(waitMs / 1_000));
      } catch (error) {
        deps.telemetry.error('delivery.unsent', { eventId: message.eventId, error });
      }
    };
  }
}

export function refuseInProgress(): Refusal {
  return refuse(
    'attempt-in-progress',
    'The receiver is being called, or was just asked for; look again in a minute.',
  );
}
