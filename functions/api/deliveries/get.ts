import { presentAttempt, presentDelivery } from '../../../contract/delivery-views.ts';
import { isOpen } from '../../../core/deliveries/delivery.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { refuseUnknown } from '../http/refusal.ts';
import { findDelivery } from './find-delivery.ts';

/** Each attempt may hold some 20 KB of the receiver's answer, and Lambda answers with 6 MB at most. */
const maxAttempts = 50;

export function createGetDelivery(
  deps: Pick<ApiDeps, 'subscriptions' | 'deliveries' | 'deliveryHistory' | 'events' | 'now'>,
): Handler<'GET /deliveries/{id}'> {
  return async ({ accountId, path }) => {
    const delivery = await findDelivery(deps.deliveries, accountId, path.id);
    if (!delivery) return refuseUnknown('delivery');
    const [later, event, subscription] = await Promise.all([
      deps.deliveryHistory.listAttempts(delivery, maxAttempts),
      deps.events.readEventBody(accountId, delivery.eventId),
      isOpen(delivery) ? deps.subscriptions.findSubscription(accountId, delivery.subscriptionId) : undefined,
    ]);
    const around = subscription && { subscription, now: deps.now() };
    const attempts = [...(delivery.firstAttempt ? [delivery.firstAttempt] : []), ...later]
      .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
      .slice(-maxAttempts)
      .map((attempt) => presentAttempt(delivery, attempt));
    return { body: { ...presentDelivery(delivery, around), attempts, body: event?.text ?? null } };
  };
}
