import { resend } from '../../../core/deliveries/delivery-steps.ts';
import type { Handler } from '../http/handler.ts';
import { refuse, refuseUnknown } from '../http/refusal.ts';
import {
  type AskedDeliveryDeps,
  createAskedDelivery,
  isEnabled,
  refuseNotEnabled,
} from './asked-delivery.ts';
import { findDelivery } from './find-delivery.ts';

export function createRetryDelivery(deps: AskedDeliveryDeps): Handler<'POST /deliveries/{id}/retry'> {
  const { deliveries, now } = deps;
  const { timesFor, refuseFlood, accept } = createAskedDelivery(deps);

  return async ({ accountId, path }) => {
    const row = await findDelivery(deliveries, accountId, path.id);
    if (!row) return refuseUnknown('delivery');
    const subscription = await deps.subscriptions.findSubscription(accountId, row.subscriptionId);
    if (!isEnabled(subscription)) return refuseNotEnabled(subscription);
    const refusal = await refuseFlood(subscription);
    if (refusal) return refusal;
    // First: the event must not expire before the new schedule has ended.
    if (!(await deps.events.keepEvent(accountId, row.eventId, now()))) {
      return refuse('event-not-kept', 'The event is no longer stored, so it cannot be sent again.');
    }
    const times = timesFor(subscription);
    const next = resend(row, times, now());
    if (!next || !(await deliveries.replaceDelivery(row, next))) {
      return refuse(
        'attempt-in-progress',
        'The receiver is being called, or was just asked for; look again in a minute.',
      );
    }
    return accept(next, times);
  };
}
