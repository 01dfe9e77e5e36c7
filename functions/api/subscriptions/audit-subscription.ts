import { originOf } from '../../../core/subscriptions/callback-url.ts';
import type { Subscription, SubscriptionPatch } from '../../../core/subscriptions/subscription.ts';
import type { Audit } from '../accounts/audit.ts';
import type { CallerContext } from '../http/handler.ts';
import { changedFields, type SettingName } from './changed-fields.ts';

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

/** Their values are no settings but what the owner writes, or secret: the audit log has their names only. */
const unshown: readonly SettingName[] = ['url', 'description', 'metadata', 'headers'];

/** Records a change of any property of a subscription, except for its headers. */
export async function auditChange(
  audit: Audit,
  request: CallerContext,
  seen: Subscription,
  { subscription: next, droppedHeaders }: Changed,
  patch: SubscriptionPatch,
): Promise<void> {
  const fields = auditedFields(seen, next, patch);
  const isDiscarded = patch.parked === 'discard';
  if (fields.length === 0 && !isDiscarded) return;
  const settings = fields.filter((field) => !unshown.includes(field));
  await audit(request, 'subscription.changed', {
    subscriptionId: seen.id,
    details: {
      fields,
      ...(fields.includes('url') ? { from: originOf(seen), to: originOf(next) } : {}),
      ...(settings.length > 0 ? { before: valuesOf(seen, settings), after: valuesOf(next, settings) } : {}),
      ...(fields.includes('metadata') ? { metadata: changedMetadata(seen, next) } : {}),
      ...(droppedHeaders.length > 0 ? { droppedHeaders } : {}),
      ...(patch.parked ? { parked: patch.parked } : {}),
    },
  });
}

/** Headers have an entry of their own. A status that is asked for and not reached counts: the receiver is asked for its consent. */
function auditedFields(seen: Subscription, next: Subscription, patch: SubscriptionPatch): SettingName[] {
  const changed = changedFields(seen, next, patch).filter((field) => field !== 'headers');
  const isWanted = patch.status !== undefined && patch.status !== seen.status;
  return isWanted ? [...new Set([...changed, 'status' as const])] : changed;
}

function changedMetadata(
  { metadata: before = {} }: Subscription,
  { metadata: after = {} }: Subscription,
): string[] {
  return Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name]);
}

/** Null for what is not set, as in a patch. */
function valuesOf(subscription: Subscription, fields: readonly SettingName[]): object {
  return Object.fromEntries(fields.map((field) => [field, subscription[field] ?? null]));
}

export interface Changed {
  readonly subscription: Subscription;
  /** By name: those that did not follow the subscription to another origin. */
  readonly droppedHeaders: readonly string[];
}
