import { presentEventDetail } from '../../../contract/event-explanations.ts';
import { identifierSchema } from '../../../core/identifiers.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { refuseUnknown } from '../http/refusal.ts';

type GetEventDeps = Pick<ApiDeps, 'subscriptions' | 'eventHistory' | 'deliveryHistory' | 'cacheMs' | 'now'>;

/** An event, and why each subscription of the account did or did not get it. */
export function createGetEvent(deps: GetEventDeps): Handler<'GET /events/{id}'> {
  return async ({ accountId, path }) => {
    const id = identifierSchema.safeParse(path.id);
    const event = id.success ? await deps.eventHistory.findEvent(accountId, id.data) : undefined;
    if (!event) return refuseUnknown('event');
    const { id: eventId, type: eventType, acceptedAt } = event;
    const subscriptions = await deps.subscriptions.listSubscriptions(accountId);
    // Its owner may have sent the event to any of them.
    const planned = event.plan.map(({ subscriptionId }) => subscriptionId);
    const ids = new Set([...planned, ...subscriptions.map(({ id }) => id)]);
    const deliveries = await deps.deliveryHistory.findDeliveries(
      [...ids].map((subscriptionId) => ({ accountId, subscriptionId, eventId, eventType, acceptedAt })),
    );
    const { cacheMs } = deps;
    return { body: presentEventDetail(event, { subscriptions, deliveries, now: deps.now(), cacheMs }) };
  };
}
