import { presentAttempt, presentDelivery } from '../../../contract/delivery-views.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { refuseUnknown } from '../http/refusal.ts';
import { findDelivery } from './find-delivery.ts';

/** Each attempt may hold some 20 KB of the receiver's answer, and Lambda answers with 6 MB at most. */
const maxAttempts = 50;

export function createGetDelivery(
  deps: Pick<ApiDeps, 'deliveries' | 'deliveryHistory' | 'events'>,
): Handler<'GET /deliveries/{id}'> {
  return async ({ accountId, path }) => {
    const delivery = await findDelivery(deps.deliveries, accountId, path.id);
    if (!delivery) return refuseUnknown('delivery');
    const [later, event] = await Promise.all([
      deps.deliveryHistory.listAttempts(delivery, maxAttempts),
      deps.events.readEventBody(accountId, delivery.eventId),
    ]);
    const attempts = [...(delivery.firstAttempt ? [delivery.firstAttempt] : []), ...later]
      .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
      .slice(-maxAttempts)
      .map((attempt) => presentAttempt(delivery, attempt));
    return { body: { ...presentDelivery(delivery), attempts, body: event?.text ?? null } };
  };
}
