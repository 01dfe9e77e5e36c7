import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { presentSubscription, type subscriptionView } from '../../../contract/subscription-views.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { type Refusal, refuse, refuseInvalid } from '../http/refusal.ts';

type ShownSubscription = z.output<typeof subscriptionView>;

/** What changes without its owner: how its receiver does, and what is kept for it meanwhile. */
const states = [
  'health',
  'provenAt',
  'refused',
  'breaker',
  'throttledUntil',
  'failing',
  'drain',
] as const satisfies readonly (keyof ShownSubscription)[];

/**
 * A strong validator (RFC 9110, 8.8.3) of what is shown, in two parts. The first one names what its owner set: a change has
 * to know that, and must not be refused because the receiver has failed meanwhile.
 */
export function etagOf(shown: ShownSubscription): string {
  return `"${settingsPartOf(shown)}.${hash(shown)}"`;
}

function settingsPartOf(shown: ShownSubscription): string {
  const noted = new Set<string>([...states, 'parked']);
  return hash(Object.fromEntries(Object.entries(shown).filter(([name]) => !noted.has(name))));
}

function knownPartOf(tag: string): string | undefined {
  return /^"([\w-]{22})\.[\w-]{22}"$/.exec(tag)?.[1];
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
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
  const known = settingsPartOf(presentSubscription(subscription));
  if (tags.some((one) => knownPartOf(one) === known)) return undefined;
  return refuse('precondition-failed', 'The subscription was changed since; read it again.');
}
