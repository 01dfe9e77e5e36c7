import * as z from 'zod';
import { parseDeliveryId } from '../../core/delivery.ts';
import { deliveryStatuses, presentAttempt, presentDelivery, statesOf } from '../../core/delivery-view.ts';
import type { DeliveryHistory, DeliveryLog, SubscriptionStore } from '../../core/ports.ts';
import { findRequested } from './change-subscription.ts';
import { type AccountRequest, type ApiResponse, respondJson, respondNotFound } from './http.ts';
import { createPages } from './pages.ts';

export interface DeliveryRouteDeps {
  readonly subscriptions: SubscriptionStore;
  readonly deliveries: Pick<DeliveryLog, 'findDelivery'>;
  readonly deliveryHistory: DeliveryHistory;
  readonly cursorKey: () => Promise<Uint8Array>;
}

const timeError = 'must be a time such as 2026-11-23T16:55:00Z';
const time = z.iso
  .datetime({ offset: true, error: timeError })
  .transform((text) => new Date(text).toISOString());
const filterSchema = z.strictObject({
  status: z.enum(deliveryStatuses, `must be one of ${deliveryStatuses.join(', ')}`).optional(),
  /** Also types that this version's catalog no longer knows: what was delivered can be looked up. */
  eventType: z.string().min(1).max(100).optional(),
  since: time.optional(),
  until: time.optional(),
});

/** What became of an account's events at its subscriptions. */
export function createDeliveryRoutes(deps: DeliveryRouteDeps) {
  const respondPage = createPages(deps, filterSchema);

  return {
    async list(request: AccountRequest): Promise<ApiResponse> {
      const found = await findRequested(deps.subscriptions, request);
      if ('problem' in found) return found.problem;
      const { accountId, id } = found.subscription;
      return respondPage(request, `deliveries ${id}`, async (limit, after, { status, ...filter }) => {
        const { deliveries, next } = await deps.deliveryHistory.listDeliveries(
          accountId,
          id,
          { ...filter, ...(status ? { states: statesOf(status) } : {}) },
          limit,
          after,
        );
        return { items: deliveries.map(presentDelivery), next };
      });
    },

    async get({ accountId, pathParameters }: AccountRequest): Promise<ApiResponse> {
      const named = parseDeliveryId(pathParameters['id'] ?? '');
      const delivery = named && (await deps.deliveries.findDelivery({ ...named, accountId, eventType: '' }));
      if (!delivery) return respondNotFound('delivery');
      const later = await deps.deliveryHistory.listAttempts(delivery);
      const attempts = [...(delivery.firstAttempt ? [delivery.firstAttempt] : []), ...later];
      const inOrder = attempts.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
      return respondJson(200, { ...presentDelivery(delivery), attempts: inOrder.map(presentAttempt) });
    },
  };
}
