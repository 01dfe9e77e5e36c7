import { presentDelivery } from '../../../contract/delivery-views.ts';
import { type DeliveryRef, messageFor } from '../../../core/deliveries/delivery.ts';
import { planTest } from '../../../core/deliveries/delivery-steps.ts';
import { exampleEvent } from '../../../core/events/example-event.ts';
import { type SubscribableType, subscribableTypes } from '../../../core/events/subscribable-events.ts';
import { isSelected } from '../../../core/subscriptions/event-selector.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { createAudit } from '../accounts/audit.ts';
import type { Handler } from '../http/handler.ts';
import { findRequested } from '../subscriptions/find-subscription.ts';
import {
  type AskedDeliveryDeps,
  createAskedDelivery,
  isEnabled,
  refuseNotEnabled,
} from './asked-delivery.ts';

export function createSendTest(deps: AskedDeliveryDeps): Handler<'POST /subscriptions/{id}/test'> {
  const { now } = deps;
  const { timesFor, refuseFlood, senderAfter } = createAskedDelivery(deps);
  const audit = createAudit(deps);

  return async (request) => {
    const found = await findRequested(deps.subscriptions, request);
    if ('problem' in found) return found;
    const { subscription } = found;
    if (!isEnabled(subscription)) return refuseNotEnabled(subscription);
    const refusal = await refuseFlood(subscription);
    if (refusal) return refusal;
    const event = createTestEvent(request.body.eventType ?? firstOf(subscription), subscription);
    const { accountId, id: subscriptionId } = subscription;
    const { id: eventId, type: eventType, acceptedAt } = event;
    await audit(request, 'test.sent', { subscriptionId, details: { eventType, eventId } });
    await deps.events.recordEvent(event, [{ subscriptionId, decision: 'enqueue' }], now());
    const ref: DeliveryRef = { accountId, subscriptionId, eventId, eventType, acceptedAt };
    const times = timesFor(subscription);
    const row = planTest(ref, times, now());
    await deps.deliveries.replaceDelivery(undefined, row);
    await senderAfter(times)(messageFor(row));
    return { body: presentDelivery(row) };
  };

  function createTestEvent(type: SubscribableType, { accountId }: Subscription) {
    const id = `evt_test_${deps.randomBytes(12).toString('hex')}`;
    return { ...exampleEvent(type, { id, accountId, at: now().toISOString() }), isTest: true };
  }
}

/** The first type that the subscription takes. */
function firstOf({ eventTypes: selectors }: Subscription): SubscribableType {
  return subscribableTypes.find((type) => isSelected(type, selectors)) ?? subscribableTypes[0];
}
