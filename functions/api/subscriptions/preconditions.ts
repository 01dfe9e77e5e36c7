import { createHash } from 'node:crypto';
import { presentSubscription } from '../../../contract/subscription-views.ts';
import { capabilities as allCapabilities, type Capability } from '../../../core/accounts/credential.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { type Refusal, refuse, refuseInvalid } from '../http/refusal.ts';

/**
 * A strong validator (RFC 9110, 8.8.3) of what GET shows with these capabilities. What only we note of the receiver does not change
 * it.
 */
export function etagOf(
  subscription: Subscription,
  capabilities: readonly Capability[] = allCapabilities,
): string {
  const text = JSON.stringify(presentSubscription(subscription, capabilities));
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
}

const tag = '"[\\x21\\x23-\\x7e]*"';
const ifMatchPattern = new RegExp(`^(\\*|(W/)?${tag}(\\s*,\\s*(W/)?${tag})*)$`);

/** Refuses a change if its caller has not seen the subscription as it is, as `If-Match` tells. */
export function refuseStale(
  { ifMatch }: { readonly ifMatch: string | undefined },
  subscription: Subscription,
): Refusal | undefined {
  const condition = ifMatch?.trim();
  if (condition === undefined || condition === '*') return undefined;
  if (!ifMatchPattern.test(condition)) {
    return refuseInvalid([{ field: 'If-Match', message: 'must be an ETag with its quotes, or *' }]);
  }
  const tags = condition.split(',').map((one) => one.trim());
  if (tags.includes(etagOf(subscription))) return undefined;
  return refuse('precondition-failed', 'The subscription was changed since; read it again.');
}
