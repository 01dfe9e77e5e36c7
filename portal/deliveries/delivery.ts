import type { ItemOf, RouteAnswer } from '../api/route-shapes.ts';
import type { Tone } from '../design/status.tsx';

export type Delivery = ItemOf<'GET /subscriptions/{id}/deliveries'>;
export type DeliveryDetail = RouteAnswer<'GET /deliveries/{id}'>;
export type Attempt = DeliveryDetail['attempts'][number];
export type DeliveryStatus = Delivery['status'];

export const deliveryStatuses = [
  'waiting',
  'parked',
  'delivered',
  'failed',
  'cancelled',
] as const satisfies readonly DeliveryStatus[];

export const toneOfDelivery: Readonly<Record<DeliveryStatus, Tone>> = {
  delivered: 'ok',
  waiting: 'warn',
  parked: 'warn',
  failed: 'bad',
  cancelled: 'off',
};

const asked = ['webhook.verify', 'webhook.drill'];

/** False for iOmniHub's own questions and drills: they are asked and started anew instead. */
export function mayBeResent({ eventType }: Pick<Delivery, 'eventType'>): boolean {
  return !asked.includes(eventType);
}

/** What has arrived may be sent again too, but nobody has to. */
export function needsResend(delivery: Pick<Delivery, 'status' | 'eventType'>): boolean {
  const { status } = delivery;
  return mayBeResent(delivery) && (status === 'failed' || status === 'cancelled');
}

/**
 * The newest first, each once, as the API lists them. `fresh` is a page that was read later than `known` and says more
 * about the same deliveries.
 */
export function mergeDeliveries(known: readonly Delivery[], fresh: readonly Delivery[]): readonly Delivery[] {
  const byId = new Map([...known, ...fresh].map((delivery) => [delivery.id, delivery]));
  return [...byId.values()].sort(newestFirst);
}

function newestFirst(one: Delivery, other: Delivery): number {
  if (one.acceptedAt !== other.acceptedAt) return one.acceptedAt < other.acceptedAt ? 1 : -1;
  return one.id < other.id ? 1 : -1;
}
