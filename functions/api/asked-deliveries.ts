import * as z from 'zod';
import { requestedDeliveryLimits } from '../../core/deliveries/call-limits.ts';
import {
  type DeliveryMessage,
  type DeliveryRef,
  messageFor,
  parseDeliveryId,
} from '../../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import type { RetryQueue } from '../../core/deliveries/delivery-queues.ts';
import { plan, resend, type WaitTimes } from '../../core/deliveries/delivery-steps.ts';
import { presentDelivery } from '../../core/deliveries/delivery-view.ts';
import type { EventLog } from '../../core/deliveries/event-log.ts';
import { resendDelivery } from '../../core/deliveries/resend-delivery.ts';
import { type EventType, eventTypes } from '../../core/events/event-catalog.ts';
import { exampleEvent } from '../../core/events/example-event.ts';
import { isSelected } from '../../core/subscriptions/event-selector.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../core/subscriptions/subscription-store.ts';
import type { CallLimiter } from '../receivers/call-limiter.ts';
import type { Telemetry } from '../telemetry.ts';
import { findRequested } from './change-subscription.ts';
import {
  type AccountRequest,
  type ApiResponse,
  parseOptionalBody,
  respondJson,
  respondNotFound,
  respondProblem,
  respondTooManyRequests,
} from './http.ts';

export interface AskedDeliveryDeps {
  readonly subscriptions: SubscriptionStore;
  readonly deliveries: DeliveryLog;
  readonly events: EventLog;
  readonly retries: Pick<RetryQueue, 'sendRetry'>;
  readonly reserveTurns: CallLimiter;
  /** How long the message of a delivery may take until the sweeper takes over. */
  readonly queueMarginSeconds: number;
  readonly cacheMs: number;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

export const testSchema = z.strictObject({
  eventType: z.enum(eventTypes, `must be one of ${eventTypes.join(', ')}`).optional(),
});

/** Deliveries that an account's owner asks for: once more, or of an example. */
export function createAskedDeliveryRoutes(deps: AskedDeliveryDeps) {
  const { deliveries, telemetry, now } = deps;

  /** Not before every function has seen the subscription as the caller has left it. */
  function timesFor({ updatedAt }: Subscription): WaitTimes {
    const seenAt = Date.parse(updatedAt) + deps.cacheMs;
    const waitMs = Math.max(0, seenAt - now().getTime());
    return { waitMs, dueInMs: waitMs + deps.queueMarginSeconds * 1_000 };
  }

  return {
    async retry({ accountId, pathParameters }: AccountRequest): Promise<ApiResponse> {
      const named = parseDeliveryId(pathParameters['id'] ?? '');
      const row = named && (await deliveries.findDelivery({ ...named, accountId, eventType: '' }));
      if (!row) return respondNotFound('delivery');
      const subscription = await deps.subscriptions.findSubscription(accountId, row.subscriptionId);
      if (!isEnabled(subscription)) return respondNotEnabled(subscription);
      const refusal = await refuseFlood(subscription);
      if (refusal) return refusal;
      const times = timesFor(subscription);
      const next = resend(row, times, now());
      if (!next) return respondInProgress();
      const ports = { events: deps.events, deliveries, send: senderAfter(times) };
      const result = await resendDelivery(ports, row, next, now());
      if (result === 'overtaken') return respondInProgress();
      if (result === 'too-old')
        return respondProblem('event-not-kept', 'The event is no longer stored, so it cannot be sent again.');
      return respondJson(202, presentDelivery(next));
    },

    async test(request: AccountRequest): Promise<ApiResponse> {
      const parsed = parseOptionalBody(request, testSchema);
      if ('problem' in parsed) return parsed.problem;
      const found = await findRequested(deps.subscriptions, request);
      if ('problem' in found) return found.problem;
      const { subscription } = found;
      if (!isEnabled(subscription)) return respondNotEnabled(subscription);
      const refusal = await refuseFlood(subscription);
      if (refusal) return refusal;
      const event = createTestEvent(parsed.body.eventType ?? firstOf(subscription), subscription);
      const { accountId, id: subscriptionId } = subscription;
      await deps.events.recordEvent(event, [{ subscriptionId, decision: 'enqueue' }], now());
      const { id: eventId, type: eventType, acceptedAt } = event;
      const ref: DeliveryRef = { accountId, subscriptionId, eventId, eventType, acceptedAt };
      const times = timesFor(subscription);
      const row = plan(ref, times, now());
      await deliveries.replaceDelivery(undefined, row);
      await senderAfter(times)(messageFor(row));
      return respondJson(202, presentDelivery(row));
    },
  };

  async function refuseFlood(subscription: Subscription): Promise<ApiResponse | undefined> {
    const turn = await deps.reserveTurns(requestedDeliveryLimits(subscription), now());
    return turn.kind === 'now'
      ? undefined
      : respondTooManyRequests('Too many deliveries are asked for; try again in a second.');
  }

  /** Once its row waits, the due index owns the delivery; the message only makes it start sooner. */
  function senderAfter({ waitMs }: WaitTimes) {
    return async (message: DeliveryMessage): Promise<void> => {
      try {
        await deps.retries.sendRetry(message, Math.ceil(waitMs / 1_000));
      } catch (error) {
        telemetry.error('delivery.unsent', { eventId: message.eventId, error });
      }
    };
  }

  function createTestEvent(type: EventType, { accountId }: Subscription) {
    const id = `evt_test_${deps.randomBytes(12).toString('hex')}`;
    return { ...exampleEvent(type, { id, accountId, at: now().toISOString() }), isTest: true };
  }
}

function respondInProgress(): ApiResponse {
  return respondProblem(
    'attempt-in-progress',
    'The receiver is being called, or was just asked for; look again in a minute.',
  );
}

function isEnabled(subscription: Subscription | undefined): subscription is Subscription {
  return subscription?.status === 'enabled';
}

function respondNotEnabled(subscription: Subscription | undefined): ApiResponse {
  const status = subscription?.status ?? 'deleted';
  return respondProblem('subscription-not-enabled', `The subscription is ${status}: it takes no callbacks.`);
}

/** The first type that it takes. */
function firstOf({ eventTypes: selectors }: Subscription): EventType {
  return eventTypes.find((type) => isSelected(type, selectors)) ?? eventTypes[0];
}
