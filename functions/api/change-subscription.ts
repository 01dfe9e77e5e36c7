import { isDeepStrictEqual } from 'node:util';
import { identifierSchema } from '../../core/identifiers.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../core/subscriptions/subscription-store.ts';
import { type AccountRequest, type ApiResponse, respondNotFound, respondProblem } from './http.ts';
import { refuseStale } from './preconditions.ts';

/** Deliveries write notes into a subscription as well, each of them once: a second try finds peace. */
const maxTries = 5;

export interface ChangeDeps {
  readonly subscriptions: SubscriptionStore;
  readonly now: () => Date;
}

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
  { subscriptions: store, now }: ChangeDeps,
  request: AccountRequest,
  change: (seen: Subscription) => Promise<Found>,
): Promise<Found> {
  let written: Subscription | undefined;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const found = await findRequested(store, request);
    if ('problem' in found) return found;
    const { subscription: seen } = found;
    if (written && isSame(seen, written)) return { subscription: written };
    const stale = refuseStale(request, seen);
    if (stale) return { problem: stale };
    const changed = await change(seen);
    if ('problem' in changed) return changed;
    const next = { ...changed.subscription, version: seen.version + 1, updatedAt: now().toISOString() };
    if (await store.replaceSubscription(seen, next)) return { subscription: next };
    written = next;
  }
  return { problem: respondConflict() };
}

/** A write whose answer was lost is repeated by the SDK, and meets itself. */
function isSame(stored: Subscription, written: Subscription): boolean {
  return isDeepStrictEqual(stored, JSON.parse(JSON.stringify(written)));
}

/** Deletes it, if it is still what the caller has seen. What is gone after a try is gone, whoever did it. */
export async function deleteRequested(store: SubscriptionStore, request: AccountRequest): Promise<Found> {
  let seen: Found | undefined;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const found = await findRequested(store, request);
    if ('problem' in found) return seen ?? found;
    seen = found;
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
