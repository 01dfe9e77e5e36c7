import * as z from 'zod';
import { parseDeliveryId } from '../../core/deliveries/delivery.ts';
import type { DeliveryHistory } from '../../core/deliveries/delivery-history.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import {
  deliveryStatuses,
  presentAttempt,
  presentDelivery,
  statesOf,
  statusClasses,
} from '../../core/deliveries/delivery-view.ts';
import type { EventBodies } from '../../core/deliveries/event-log.ts';
import type { SubscriptionStore } from '../../core/subscriptions/subscription-store.ts';
import { findRequested } from './change-subscription.ts';
import { type AccountRequest, type ApiResponse, respondJson, respondNotFound } from './http.ts';
import { createPages } from './pages.ts';
import { isInOrder, notInOrder, timeRange } from './query-time.ts';

export interface DeliveryRouteDeps {
  readonly subscriptions: SubscriptionStore;
  readonly deliveries: Pick<DeliveryLog, 'findDelivery'>;
  readonly deliveryHistory: DeliveryHistory;
  readonly events: EventBodies;
  readonly cursorKey: () => Promise<Uint8Array>;
}

export const deliveryFilterSchema = z
  .strictObject({
    status: z.enum(deliveryStatuses, `must be one of ${deliveryStatuses.join(', ')}`).optional(),
    statusClass: z.enum(statusClasses, `must be one of ${statusClasses.join(', ')}`).optional(),
    /** Also types that this version's catalog no longer knows: what was delivered can be looked up. */
    eventType: z.string().min(1).max(100).optional(),
    ...timeRange,
  })
  .refine(isInOrder, notInOrder);

/** Each may show some 20 KB of what its receiver said, and Lambda answers with 6 MB at most. */
const maxAttempts = 50;

/** What became of an account's events at its subscriptions. */
export function createDeliveryRoutes(deps: DeliveryRouteDeps) {
  const respondPage = createPages(deps, deliveryFilterSchema);

  return {
    async list(request: AccountRequest): Promise<ApiResponse> {
      const found = await findRequested(deps.subscriptions, request);
      if ('problem' in found) return found.problem;
      const { accountId, id } = found.subscription;
      return respondPage(request, `deliveries ${id}`, async (limit, after, { status, ...filter }) => {
        const { items, next } = await deps.deliveryHistory.listDeliveries(
          accountId,
          id,
          { ...filter, ...(status ? { states: statesOf(status) } : {}) },
          limit,
          after,
        );
        return { items: items.map(presentDelivery), next };
      });
    },

    async get({ accountId, pathParameters }: AccountRequest): Promise<ApiResponse> {
      const named = parseDeliveryId(pathParameters['id'] ?? '');
      const delivery = named && (await deps.deliveries.findDelivery({ ...named, accountId, eventType: '' }));
      if (!delivery) return respondNotFound('delivery');
      const [later, body = null] = await Promise.all([
        deps.deliveryHistory.listAttempts(delivery, maxAttempts),
        deps.events.readEventBody(accountId, delivery.eventId),
      ]);
      const attempts = [...(delivery.firstAttempt ? [delivery.firstAttempt] : []), ...later]
        .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))
        .slice(-maxAttempts)
        .map((attempt) => presentAttempt(delivery, attempt));
      return respondJson(200, { ...presentDelivery(delivery), attempts, body });
    },
  };
}
