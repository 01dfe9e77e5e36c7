import { type Delivery, type DeliveryRef, deliveryIdOf } from '../../../core/deliveries/delivery.ts';
import { planAnew, resend } from '../../../core/deliveries/delivery-steps.ts';
import type { LoggedEventDetail } from '../../../core/deliveries/event-history.ts';
import { isFirstAttemptAhead } from '../../../core/deliveries/first-attempt.ts';
import { identifierSchema } from '../../../core/identifiers.ts';
import { createAudit } from '../accounts/audit.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { type Refusal, refuseUnknown } from '../http/refusal.ts';
import {
  type AskedDeliveryDeps,
  createAskedDelivery,
  isEnabled,
  refuseInProgress,
  refuseNotEnabled,
} from './asked-delivery.ts';

type SendEventDeps = AskedDeliveryDeps & Pick<ApiDeps, 'eventHistory'>;

/**
 * Sends a kept event to one subscription, whatever the dispatcher decided when the event came. So also to a subscription
 * that was disabled, pending or not there then, or that does not take the type: its owner names both.
 */
export function createSendEvent(deps: SendEventDeps): Handler<'POST /events/{id}/deliveries'> {
  const { deliveries, now } = deps;
  const { timesFor, refuseFlood, sendKept } = createAskedDelivery(deps);
  const audit = createAudit(deps);

  return async (request) => {
    const {
      accountId,
      path,
      body: { subscriptionId },
    } = request;
    const id = identifierSchema.safeParse(path.id);
    const event = id.success ? await deps.eventHistory.findEvent(accountId, id.data) : undefined;
    if (!event) return refuseUnknown('event');
    const subscription = await deps.subscriptions.findSubscription(accountId, subscriptionId);
    if (!subscription) return refuseUnknown('subscription');
    if (!isEnabled(subscription)) return refuseNotEnabled(subscription);
    const flood = await refuseFlood(subscription);
    if (flood) return flood;
    const { id: eventId, type: eventType, acceptedAt } = event;
    const ref = { accountId, subscriptionId, eventId, eventType, acceptedAt };
    const row = await deliveries.findDelivery(ref);
    const open = refuseOpen(ref, row, event);
    if (open) return open;
    const times = timesFor(subscription);
    const next = row ? resend(row, times, now()) : planAnew(ref, times, now());
    const announce = () =>
      audit(request, 'event.sent', { subscriptionId, details: { eventId, deliveryId: deliveryIdOf(ref) } });
    return (next && (await sendKept(subscription, row, next, times, announce))) ?? refuseInProgress();
  };

  /** Refuses what comes without being asked for: a second request would only make a second call. */
  function refuseOpen(
    ref: DeliveryRef,
    row: Delivery | undefined,
    event: LoggedEventDetail,
  ): Refusal | undefined {
    const isPlanned = event.plan.some(
      ({ subscriptionId, decision }) => subscriptionId === ref.subscriptionId && decision === 'enqueue',
    );
    if (!row && isPlanned && isFirstAttemptAhead(event, now()))
      return refuseWaiting(ref, 'Its first attempt is still ahead.');
    return row?.state === 'waiting'
      ? refuseWaiting(ref, `Its next attempt is planned for ${row.nextAttemptAt}.`)
      : undefined;
  }
}

function refuseWaiting(ref: DeliveryRef, when: string): Refusal {
  const deliveryId = deliveryIdOf(ref);
  const detail = `The delivery ${deliveryId} already waits. ${when}`;
  return { problem: { slug: 'delivery-waiting', detail, deliveryId } };
}
