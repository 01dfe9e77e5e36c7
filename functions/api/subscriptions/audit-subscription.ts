import { isDeepStrictEqual } from 'node:util';
import { originOf } from '../../../core/subscriptions/callback-url.ts';
import type { Subscription, SubscriptionPatch } from '../../../core/subscriptions/subscription.ts';
import type { Audit } from '../accounts/audit.ts';
import type { CallerContext } from '../http/handler.ts';

/** Records that a subscription begins or ends. Of its URL it names the origin: the path is often a credential. */
export function auditLifetime(
  audit: Audit,
  request: CallerContext,
  action: 'subscription.created' | 'subscription.deleted',
  subscription: Pick<Subscription, 'id' | 'url' | 'eventTypes' | 'status'>,
): Promise<void> {
  const { id: subscriptionId, eventTypes, status } = subscription;
  return audit(request, action, {
    subscriptionId,
    details: { origin: originOf(subscription), eventTypes, status },
  });
}

/** Records a change of where a subscription's events go: its URL, its types or whether it is enabled. */
export async function auditChange(
  audit: Audit,
  request: CallerContext,
  seen: Subscription,
  { subscription: next, droppedHeaders }: Changed,
  patch: SubscriptionPatch,
): Promise<void> {
  const fields = (['url', 'eventTypes', 'status'] as const).filter(
    (field) => patch[field] !== undefined && !isDeepStrictEqual(patch[field], seen[field]),
  );
  if (fields.length === 0) return;
  await audit(request, 'subscription.changed', {
    subscriptionId: seen.id,
    details: {
      fields,
      ...(fields.includes('url') ? { from: originOf(seen), to: originOf(next) } : {}),
      ...(fields.includes('eventTypes') ? { eventTypes: next.eventTypes } : {}),
      ...(fields.includes('status') ? { status: next.status } : {}),
      ...(droppedHeaders.length > 0 ? { droppedHeaders } : {}),
    },
  });
}

export interface Changed {
  readonly subscription: Subscription;
  /** By name: those that did not follow the subscription to another origin. */
  readonly droppedHeaders: readonly string[];
}
