import { deliveryIdOf } from '../../../core/deliveries/delivery.ts';
import { resend } from '../../../core/deliveries/delivery-steps.ts';
import { createAudit } from '../accounts/audit.ts';
import type { Handler } from '../http/handler.ts';
import { refuseUnknown } from '../http/refusal.ts';
import {
  type AskedDeliveryDeps,
  createAskedDelivery,
  isEnabled,
  refuseInProgress,
  refuseNotEnabled,
} from './asked-delivery.ts';
import { findDelivery } from './find-delivery.ts';

export function createRetryDelivery(deps: AskedDeliveryDeps): Handler<'POST /deliveries/{id}/retry'> {
  const { deliveries, now } = deps;
  const { timesFor, refuseFlood, sendKept } = createAskedDelivery(deps);
  const audit = createAudit(deps);

  return async (request) => {
    const { accountId, path } = request;
    const row = await findDelivery(deliveries, accountId, path.id);
    if (!row) return refuseUnknown('delivery');
    const subscription = await deps.subscriptions.findSubscription(accountId, row.subscriptionId);
    if (!isEnabled(subscription)) return refuseNotEnabled(subscription);
    const refusal = await refuseFlood(subscription);
    if (refusal) return refusal;
    const times = timesFor(subscription);
    const next = resend(row, times, now());
    if (!next) return refuseInProgress();
    const announce = () =>
      audit(request, 'delivery.resent', {
        subscriptionId: row.subscriptionId,
        details: { deliveryId: deliveryIdOf(row) },
      });
    return (await sendKept(subscription, row, next, times, announce)) ?? refuseInProgress();
  };
}
