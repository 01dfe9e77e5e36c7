import * as z from 'zod';
import { type CallbackUrlRules, checkCallbackUrl, explainUrlRefusal } from './callback-address.ts';
import { type EventType, eventTypeSchema } from './event-catalog.ts';

/** A signing secret as it is stored: sealed under the account and the subscription. */
export interface StoredSecret {
  readonly sealed: string;
  readonly createdAt: string;
  /** Signs until then; without it, until the next rotation. */
  readonly expiresAt?: string;
}

export type DisabledReason = 'gone' | 'invalid-url';

export interface Subscription {
  readonly accountId: string;
  readonly id: string;
  readonly url: string;
  readonly eventTypes: readonly EventType[];
  readonly description: string;
  readonly status: 'enabled' | 'disabled';
  /** Why it is disabled, when not by the account itself: `gone` after a 410, `invalid-url` if we cannot use its URL. */
  readonly disabledReason?: DisabledReason;
  /** Newest first; every one that has not expired signs. */
  readonly secrets: readonly StoredSecret[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** More would make the dispatcher's one Query for an account's subscriptions longer than a page. */
export const maxSubscriptionsPerAccount = 50;

/** How long a function may go on using what it has read of a subscription, in milliseconds. */
export const subscriptionCacheMs = 5_000;

/** The request body of POST /subscriptions. */
export function newSubscriptionSchema(rules: CallbackUrlRules) {
  return z.strictObject({
    url: z.string().transform((text, context) => {
      const checked = checkCallbackUrl(text, rules);
      if ('url' in checked) return checked.url.href;
      context.addIssue({ code: 'custom', message: explainUrlRefusal(checked.refusal) });
      return z.NEVER;
    }),
    eventTypes: z
      .array(eventTypeSchema)
      .min(1, 'must name at least one event type')
      .transform((types) => [...new Set(types)]),
    description: z.string().max(500).default(''),
  });
}

/** What the API shows: everything but the secrets. */
export function presentSubscription({ secrets: _, accountId: __, ...shown }: Subscription) {
  return shown;
}

/** The secrets that sign at that time, newest first. */
export function liveSecrets(subscription: Subscription, now: Date): readonly StoredSecret[] {
  return subscription.secrets.filter(({ expiresAt }) => !expiresAt || new Date(expiresAt) > now);
}
