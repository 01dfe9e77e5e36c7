import { identifierSchema } from '../../core/identifiers.ts';
import type { SubscriptionStore } from '../../core/ports.ts';
import type { Subscription } from '../../core/subscription.ts';
import { type AccountRequest, type ApiResponse, respondNotFound, respondProblem } from './http.ts';
import { refuseStale } from './preconditions.ts';

/** Deliveries write notes into a subscription as well, each of them once: a second try finds peace. */
const maxTries = 5;

type Found = { readonly subscription: Subscription } | { readonly problem: ApiResponse };

/** The subscription that the path names, of the account that the authorizer names. */
export async function findRequested(
  store: SubscriptionStore,
  { accountId, pathParameters }: AccountRequest,
): Promise<Found> {
  const id = identifierSchema.safeParse(pathParameters['id']);
  const subscription = id.success ? await store.findSubscription(accountId, id.data) : undefined;
  return subscription ? { subscription } : { problem: respondNotFound('subscription') };
}

/** Writes what `change` makes of the stored subscription; again, from what is stored by then, if somebody came between. */
export async function changeRequested(
  store: SubscriptionStore,
  request: AccountRequest,
  change: (seen: Subscription) => Promise<Found>,
): Promise<Found> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const found = await findRequested(store, request);
    if ('problem' in found) return found;
    const stale = refuseStale(request, found.subscription);
    if (stale) return { problem: stale };
    const changed = await change(found.subscription);
    if ('problem' in changed) return changed;
    const next = { ...changed.subscription, version: found.subscription.version + 1 };
    if (await store.replaceSubscription(found.subscription, next)) return { subscription: next };
  }
  return { problem: respondConflict() };
}

/** Deletes it, if it is still what the caller has seen. */
export async function deleteRequested(store: SubscriptionStore, request: AccountRequest): Promise<Found> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const found = await findRequested(store, request);
    if ('problem' in found) return found;
    const stale = refuseStale(request, found.subscription);
    if (stale) return { problem: stale };
    const { accountId, id } = found.subscription;
    if (await store.deleteSubscription(accountId, id, found.subscription)) return found;
  }
  return { problem: respondConflict() };
}

function respondConflict(): ApiResponse {
  const detail = 'Others change this subscription at the same time; read it and try again.';
  return respondProblem('conflict', detail);
}
