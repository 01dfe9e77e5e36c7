import { isDeepStrictEqual } from 'node:util';
import { withDrain } from '../../../core/subscriptions/holding.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../../core/subscriptions/subscription-store.ts';
import { reportChanges } from '../../receivers/report-changes.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { type Refusal, refuse } from '../http/refusal.ts';
import { type Found, findRequested, type NamingRequest } from './find-subscription.ts';
import { refuseStale } from './preconditions.ts';

/** Deliveries write to a subscription as well, but each of them once: a second try hardly ever meets another. */
const maxTries = 5;

interface ChangeRequest extends NamingRequest {
  readonly ifMatch: string | undefined;
}

/**
 * Writes what `change` makes of the stored subscription. If another change came first, it starts again from that. If
 * `change` returns what it got, nothing is written.
 */
export async function changeRequested(
  { subscriptions: store, telemetry, now }: Pick<ApiDeps, 'subscriptions' | 'telemetry' | 'now'>,
  request: ChangeRequest,
  change: (seen: Subscription) => Promise<Found>,
): Promise<Found> {
  let written: Subscription | undefined;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const found = await findRequested(store, request);
    if ('problem' in found) return found;
    const { subscription: seen } = found;
    if (written && isSame(seen, written)) return { subscription: written };
    const stale = refuseStale(request, seen);
    if (stale) return stale;
    const changed = await change(seen);
    if ('problem' in changed || changed.subscription === seen) return changed;
    const draining = withDrain(seen, changed.subscription, now());
    const next = { ...draining, version: seen.version + 1, updatedAt: now().toISOString() };
    if (await store.replaceSubscription(seen, next)) {
      reportChanges(telemetry, seen, next);
      return { subscription: next };
    }
    written = next;
  }
  return refuseConflict();
}

/** The SDK repeats a write whose answer was lost. The repeated write then meets the first one. */
function isSame(stored: Subscription, written: Subscription): boolean {
  return isDeepStrictEqual(stored, JSON.parse(JSON.stringify(written)));
}

/** Deletes the subscription if it is still as the caller has seen it. If it is gone after a try, it counts as deleted. */
export async function deleteRequested(
  store: SubscriptionStore,
  request: ChangeRequest,
  announce: (seen: Subscription) => Promise<void>,
): Promise<Found> {
  let seen: Found | undefined;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const found = await findRequested(store, request);
    if ('problem' in found) return seen ?? found;
    seen = found;
    const stale = refuseStale(request, found.subscription);
    if (stale) return stale;
    await announce(found.subscription);
    const { accountId, id } = found.subscription;
    if (await store.deleteSubscription(accountId, id, found.subscription)) return found;
  }
  return refuseConflict();
}

function refuseConflict(): Refusal {
  return refuse('conflict', 'Others change this subscription at the same time; read it and try again.');
}
