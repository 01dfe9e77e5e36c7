import * as z from 'zod';
import type { DeliveryHistory } from '../../core/deliveries/delivery-history.ts';
import type { EventHistory } from '../../core/deliveries/event-history.ts';
import { presentEvent, presentEventDetail } from '../../core/deliveries/event-view.ts';
import { identifierSchema } from '../../core/identifiers.ts';
import type { SubscriptionStore } from '../../core/subscriptions/subscription-store.ts';
import { type AccountRequest, type ApiResponse, respondJson, respondNotFound } from './http.ts';
import { createPages } from './pages.ts';
import { isInOrder, notInOrder, timeRange } from './query-time.ts';

export interface EventRouteDeps {
  readonly subscriptions: SubscriptionStore;
  readonly eventHistory: EventHistory;
  readonly deliveryHistory: DeliveryHistory;
  readonly cursorKey: () => Promise<Uint8Array>;
  readonly cacheMs: number;
  readonly now: () => Date;
}

export const eventFilterSchema = z
  .strictObject({
    /** Also types that this version's catalog no longer knows: what was published can be looked up. */
    type: z.string().min(1).max(100).optional(),
    ...timeRange,
  })
  .refine(isInOrder, notInOrder);

/** What was published for an account, and why each of its subscriptions did or did not get it. */
export function createEventRoutes(deps: EventRouteDeps) {
  const respondPage = createPages(deps, eventFilterSchema);

  return {
    list: (request: AccountRequest): Promise<ApiResponse> =>
      respondPage(request, 'events', async (limit, after, filter) => {
        const { accountId } = request;
        const { items, next } = await deps.eventHistory.listEvents(accountId, filter, limit, after);
        return { items: items.map(presentEvent), next };
      }),

    async get({ accountId, pathParameters }: AccountRequest): Promise<ApiResponse> {
      const id = identifierSchema.safeParse(pathParameters['id']);
      const event = id.success ? await deps.eventHistory.findEvent(accountId, id.data) : undefined;
      if (!event) return respondNotFound('event');
      const { id: eventId, type: eventType, acceptedAt } = event;
      const refs = event.plan
        .filter(({ decision }) => decision === 'enqueue')
        .map(({ subscriptionId }) => ({ accountId, subscriptionId, eventId, eventType, acceptedAt }));
      const [subscriptions, deliveries] = await Promise.all([
        deps.subscriptions.listSubscriptions(accountId),
        deps.deliveryHistory.findDeliveries(refs),
      ]);
      const { cacheMs } = deps;
      const surroundings = { subscriptions, deliveries, now: deps.now(), cacheMs };
      return respondJson(200, presentEventDetail(event, surroundings));
    },
  };
}
