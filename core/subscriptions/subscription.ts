import * as z from 'zod';
import { type CallbackUrlRules, checkCallbackUrl, explainUrlRefusal } from '../receivers/callback-address.ts';
import type { DisabledReason, Lesson, Receiver } from '../receivers/receiver.ts';
import { headersPatchSchema, newHeadersSchema, type SealedHeaders } from './custom-headers.ts';
import { type EventSelector, eventSelectorSchema } from './event-selector.ts';
import { type Metadata, metadataPatchSchema, metadataSchema } from './metadata.ts';

/** A signing secret as it is stored: sealed under the account and the subscription. */
export interface StoredSecret {
  readonly sealed: string;
  readonly createdAt: string;
  /** Signs until then; without it, until the next rotation. */
  readonly expiresAt?: string;
}

/** pending: where the stage asks for it, the receiver has not yet said that it wants to be called at this URL. */
export const subscriptionStatuses = ['enabled', 'disabled', 'pending'] as const;
export type SubscriptionStatus = (typeof subscriptionStatuses)[number];

export interface Subscription {
  readonly accountId: string;
  readonly id: string;
  readonly url: string;
  readonly eventTypes: readonly EventSelector[];
  readonly description: string;
  readonly metadata?: Metadata;
  readonly status: SubscriptionStatus;
  /**
   * Why it is disabled, when not by the account itself: `gone` after a 410, `invalid-url` if we cannot use its URL,
   * `address-forbidden` after its name led to an address that is not public three times in a row.
   */
  readonly disabledReason?: DisabledReason;
  readonly headers?: SealedHeaders;
  /** Calls a second that the owner wants at most. */
  readonly rateLimitPerSecond?: number;
  /** How long a call may take in all; without it, the stage's time. */
  readonly timeoutMs?: number;
  /** Newest first; every one that has not expired signs. */
  readonly secrets: readonly StoredSecret[];
  /** When the receiver at this URL answered a verification call with its challenge. */
  readonly verifiedAt?: string;
  /** What calls have shown of the receiver at this URL. */
  readonly receiver: Receiver;
  /** Raised by every write; a change is written only on the version that it was made on. */
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** More would make the dispatcher's one Query for an account's subscriptions longer than a page. */
export const maxSubscriptionsPerAccount = 50;

/** A call's shortest and longest deadline, in milliseconds. */
const minTimeoutMs = 1_000;
const longestTimeoutMs = 20_000;

/** The longest that an owner may ask for: 20 s where the stage gives 15 s, so that a batch of such calls still fits. */
export function maxTimeoutMs(stageTimeoutMs: number): number {
  return Math.min(longestTimeoutMs, Math.floor((stageTimeoutMs * 4) / 3));
}

/** The subscription after a call has taught something of its receiver. */
export function withLesson(seen: Subscription, { receiver, disable }: Lesson, now: Date): Subscription {
  const next = { ...seen, receiver, version: seen.version + 1 };
  if (!disable) return next;
  return { ...next, status: 'disabled', disabledReason: disable, updatedAt: now.toISOString() };
}

/** How long a call may take in all; the stage may have been set to less since the owner asked for more. */
export function deadlineOf({ timeoutMs }: Subscription, stageTimeoutMs: number): number {
  return Math.min(timeoutMs ?? stageTimeoutMs, maxTimeoutMs(stageTimeoutMs));
}

/** The request bodies of POST and PATCH /subscriptions. Whether the URL's host may be called is asked separately. */
export function subscriptionSchemas(rules: CallbackUrlRules, stageTimeoutMs: number) {
  const url = z
    .string('must be a URL such as https://crm.example.com/hooks')
    .meta({
      format: 'uri',
      description: 'Where callbacks go: `https`, to an address of the public internet.',
    })
    .transform((text, context) => {
      const checked = checkCallbackUrl(text, rules);
      if ('url' in checked) return checked.url.href;
      context.addIssue({ code: 'custom', message: explainUrlRefusal(checked.refusal, rules) });
      return z.NEVER;
    });
  const eventTypes = z
    .array(eventSelectorSchema, 'must be a list of event types')
    .min(1, 'must name at least one event type')
    .max(100, 'must name at most 100 event types')
    .transform((types) => [...new Set(types)]);
  const description = z.string('must be text').max(500, 'must have at most 500 characters');
  const status = z.enum(['enabled', 'disabled'], 'must be "enabled" or "disabled"');
  const rate = 'must be a whole number of calls from 1 to 1000';
  const rateLimitPerSecond = z.int(rate).min(1, rate).max(1_000, rate);
  const longest = maxTimeoutMs(stageTimeoutMs);
  const timeout = `must be a whole number of milliseconds from ${minTimeoutMs} to ${longest}`;
  const timeoutMs = z.int(timeout).min(minTimeoutMs, timeout).max(longest, timeout);
  return {
    create: z.strictObject({
      url,
      eventTypes,
      description: description.default(''),
      metadata: metadataSchema.default({}),
      status: status.default('enabled'),
      headers: newHeadersSchema.default({}),
      rateLimitPerSecond: rateLimitPerSecond.optional(),
      timeoutMs: timeoutMs.optional(),
    }),
    patch: z.strictObject({
      url: url.optional(),
      eventTypes: eventTypes.optional(),
      description: description.optional(),
      metadata: metadataPatchSchema.optional(),
      status: status.optional(),
      headers: headersPatchSchema.optional(),
      rateLimitPerSecond: rateLimitPerSecond.nullable().optional(),
      timeoutMs: timeoutMs.nullable().optional(),
    }),
  };
}

export type SubscriptionPatch = z.output<ReturnType<typeof subscriptionSchemas>['patch']>;

/**
 * A subscription after a change by its owner; headers, metadata and status, in which there is more to see to, stay as
 * they are.
 */
export function patchSubscription(seen: Subscription, patch: SubscriptionPatch): Subscription {
  const { url = seen.url, eventTypes = seen.eventTypes, description = seen.description, status } = patch;
  // What a receiver has shown holds for its URL alone.
  const moved = url === seen.url ? {} : { receiver: {}, verifiedAt: undefined };
  const { addressRefusals: _, ...admitted } = seen.receiver;
  return {
    ...seen,
    // Who enables it says that the address is good again.
    ...(status === 'enabled' ? { receiver: admitted } : {}),
    ...moved,
    url,
    eventTypes,
    description,
    rateLimitPerSecond: replaced(seen.rateLimitPerSecond, patch.rateLimitPerSecond),
    timeoutMs: replaced(seen.timeoutMs, patch.timeoutMs),
    disabledReason: status ? undefined : seen.disabledReason,
  };
}

/** As in RFC 7396: null takes a value away, and what is left out stays. */
function replaced<Value>(stored: Value | undefined, given: Value | null | undefined): Value | undefined {
  return given === undefined ? stored : (given ?? undefined);
}

/** The secrets that sign at that time, newest first. */
export function liveSecrets(subscription: Subscription, now: Date): readonly StoredSecret[] {
  return subscription.secrets.filter(({ expiresAt }) => !expiresAt || new Date(expiresAt) > now);
}

/** Secrets that sign side by side, at most: enough for rotations on top of each other, and a header's length. */
export const maxLiveSecrets = 5;

/**
 * The secrets after a rotation: the new one, and the old ones for as long as they were promised, but no longer than
 * `overlapSeconds`. Of more than `maxLiveSecrets` the oldest end at once: a leaked secret must never be kept alive by
 * others.
 */
export function rotateSecrets(
  subscription: Subscription,
  sealed: string,
  overlapSeconds: number,
  now: Date,
): readonly StoredSecret[] {
  const live = liveSecrets(subscription, now).slice(0, maxLiveSecrets - 1);
  const overlapEndsAt = new Date(now.getTime() + overlapSeconds * 1_000).toISOString();
  const outgoing = live.map((secret) => ({
    ...secret,
    expiresAt: secret.expiresAt && secret.expiresAt < overlapEndsAt ? secret.expiresAt : overlapEndsAt,
  }));
  return [{ sealed, createdAt: now.toISOString() }, ...outgoing];
}
