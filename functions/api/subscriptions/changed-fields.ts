import { isDeepStrictEqual } from 'node:util';
import type { Subscription, SubscriptionPatch } from '../../../core/subscriptions/subscription.ts';

/** What a patch sets that stays. */
export type SettingName = Exclude<keyof SubscriptionPatch, 'parked'>;

const compared = ['url', 'eventTypes', 'description', 'rateLimit', 'timeoutMs'] as const;

/** The settings that a change has changed, by name. The values of headers are sealed: one that was written counts as changed. */
export function changedFields(
  seen: Subscription,
  changed: Subscription,
  patch: SubscriptionPatch,
): SettingName[] {
  const isWritten = Object.keys(patch.headers ?? {}).length > 0;
  const isDropped = changed.headers === undefined && seen.headers !== undefined;
  return [
    ...compared.filter((field) => isNew(changed[field], seen[field])),
    ...(isNew(changed.metadata ?? {}, seen.metadata ?? {}) ? (['metadata'] as const) : []),
    ...(isWritten || isDropped ? (['headers'] as const) : []),
    ...(patch.status !== undefined && changed.status !== seen.status ? (['status'] as const) : []),
  ];
}

function isNew(one: unknown, before: unknown): boolean {
  return !isDeepStrictEqual(one, before);
}
