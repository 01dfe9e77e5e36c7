import { presentDelivery } from '../../../contract/delivery-views.ts';
import { resend } from '../../../core/deliveries/delivery-steps.ts';
import { resendDelivery } from '../../../core/deliveries/resend-delivery.ts';
import type { Handler } from '../http/handler.ts';
import { type Refusal, refuse, refuseUnknown } from '../http/refusal.ts';
import {
  type AskedDeliveryDeps,
  createAskedDelivery,
  isEnabled,
  refuseNotEnabled,
} from './asked-delivery.ts';
import { findDelivery } from './find-delivery.ts';

export function createRetryDelivery(deps: AskedDeliveryDeps): Handler<'POST /deliveries/{id}/retry'> {
  const { deliveries, now } = deps;
  const { timesFor, refuseFlood, senderAfter } = createAskedDelivery(deps);

  return async ({ accountId, path }) => {
    const row = await findDelivery(deliveries, accountId, path.id);
    if (!row) return refuseUnknown('delivery');
    const subscription = await deps.subscriptions.findSubscription(accountId, row.subscriptionId);
    if (!isEnabled(subscription)) return refuseNotEnabled(subscription);
    const refusal = await refuseFlood(subscription);
    if (refusal) return refusal;
    const times = timesFor(subscription);
    const next = resend(row, times, now());
    if (!next) return refuseInProgress();
    const ports = { events: deps.events, deliveries, send: senderAfter(times) };
    const result = await resendDelivery(ports, row, next, now());
    switch (result) {
      case 'sent':
        return { body: presentDelivery(next) };
      case 'too-old':
        return refuse('event-not-kept', 'The event is no longer stored, so it cannot be sent again.');
      case 'overtaken':
        return refuseInProgress();
      default:
        return result satisfies never;
    }
  };
}

function refuseInProgress(): Refusal {
  return refuse(
    'attempt-in-progress',
    'The receiver is being called, or was just asked for; look again in a minute.',
  );
}
