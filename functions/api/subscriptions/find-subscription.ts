import { identifierSchema } from '../../../core/identifiers.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../../core/subscriptions/subscription-store.ts';
import { type Refusal, refuseUnknown } from '../http/refusal.ts';

export type Found = { readonly subscription: Subscription } | Refusal;

/** A request that names a subscription: its account, and the id in the path. */
export interface NamingRequest {
  readonly accountId: string;
  readonly path: { readonly id: string };
}

/** The subscription that the path names, if it belongs to the account of the caller. */
export async function findRequested(
  store: SubscriptionStore,
  { accountId, path }: NamingRequest,
): Promise<Found> {
  const id = identifierSchema.safeParse(path.id);
  const subscription = id.success ? await store.findSubscription(accountId, id.data) : undefined;
  return subscription ? { subscription } : refuseUnknown('subscription');
}
