import * as z from 'zod';
import type { CallbackUrlRules } from '../receivers/callback-address.ts';
import type { DisabledReason, Receiver } from '../receivers/receiver.ts';
import { callbackUrlSchema } from './callback-url.ts';
import { headersPatchSchema, newHeadersSchema, type SealedHeaders } from './custom-headers.ts';
import type { Drain } from './drain.ts';
import { type EventSelector, eventSelectorSchema } from './event-selector.ts';
import type { Exhaustion } from './exhaustion.ts';
import { type Metadata, metadataPatchSchema, metadataSchema } from './metadata.ts';
import type { Notice } from './notice.ts';
import type { Pause } from './pause.ts';
import { type RateLimit, rateLimitSchema } from './rate-limit.ts';
import type { Verification } from './verification.ts';

/** A signing secret as stored: sealed for its account and subscription. */
export interface StoredSecret {
  readonly sealed: string;
  readonly createdAt: string;
  /** The secret signs until then. Without it, the secret signs until the next rotation. */
  readonly expiresAt?: string;
}

/** pending: the stage asks receivers for their consent, and this URL has not given it yet. */
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
   * Why we disabled it: `gone` after a 410, `invalid-url` if we cannot use its URL, `address-forbidden` if its name
   * led to a non-public address for a day, `asked-by-receiver` if an answer asked for it by its header, `failing` if no call
   * succeeded for days. Absent if the account disabled it.
   */
  readonly disabledReason?: DisabledReason;
  /** What comes until then is parked, although the subscription is disabled: we disabled it, and its owner may not know. */
  readonly keptUntil?: string;
  readonly pause?: Pause;
  readonly drain?: Drain;
  readonly exhaustion?: Exhaustion;
  /** What its owner has to be told, oldest first. */
  readonly outbox?: readonly Notice[];
  readonly headers?: SealedHeaders;
  /** The owner's limit on callbacks. */
  readonly rateLimit?: RateLimit;
  /** The limit for a whole call. Without it, the stage's limit holds. */
  readonly timeoutMs?: number;
  /** Newest first. Every secret that has not expired signs. */
  readonly secrets: readonly StoredSecret[];
  /** When the receiver at this URL answered a verification call with its challenge. */
  readonly verifiedAt?: string;
  /** The latest question for the consent of the receiver at this URL. */
  readonly verification?: Verification;
  /** What calls have shown about the receiver at this URL. */
  readonly receiver: Receiver;
  /** Every write raises it. A write succeeds only if the version is still the one that was read. */
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** With more, the dispatcher could not read an account's subscriptions in one page of one Query. */
export const maxSubscriptionsPerAccount = 50;

/** The limits on a call's deadline, in milliseconds. */
const minTimeoutMs = 1_000;
const longestTimeoutMs = 20_000;

/**
 * The longest deadline that an owner may set: 20 s if the stage allows 15 s. With such calls a batch still fits into
 * the deliverer's timeout.
 */
export function maxTimeoutMs(stageTimeoutMs: number): number {
  return Math.min(longestTimeoutMs, Math.floor((stageTimeoutMs * 4) / 3));
}

/** The host that is called. Logs name nothing else of a URL, because the path of a hook is often a credential. */
export function hostOf({ url }: Pick<Subscription, 'url'>): string {
  return URL.parse(url)?.host ?? '';
}

/** The deadline of a whole call. The stage may have lowered its limit since the owner set this one. */
export function deadlineOf({ timeoutMs }: Subscription, stageTimeoutMs: number): number {
  return Math.min(timeoutMs ?? stageTimeoutMs, maxTimeoutMs(stageTimeoutMs));
}

/** The request bodies of POST and PATCH /subscriptions. They do not check where the URL's name leads. */
export function subscriptionSchemas(rules: CallbackUrlRules, stageTimeoutMs: number) {
  const url = callbackUrlSchema(rules);
  const eventTypes = z
    .array(eventSelectorSchema, 'must be a list of event types')
    .min(1, 'must name at least one event type')
    .max(100, 'must name at most 100 event types')
    .transform((types) => [...new Set(types)]);
  const description = z.string('must be text').max(500, 'must have at most 500 characters');
  const status = z.enum(['enabled', 'disabled'], 'must be "enabled" or "disabled"');
  const parked = z.enum(['send', 'discard'], 'must be "send" or "discard"').meta({
    description:
      'Goes with `"status": "enabled"`. What becomes of the deliveries that are parked: they are sent, the oldest first (`send`, as if it were left out), or cancelled (`discard`).',
  });
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
      rateLimit: rateLimitSchema.optional(),
      timeoutMs: timeoutMs.optional(),
    }),
    patch: z
      .strictObject({
        url: url.optional(),
        eventTypes: eventTypes.optional(),
        description: description.optional(),
        metadata: metadataPatchSchema.optional(),
        status: status.optional(),
        headers: headersPatchSchema.optional(),
        rateLimit: rateLimitSchema.nullable().optional(),
        timeoutMs: timeoutMs.nullable().optional(),
        parked: parked.optional(),
      })
      .refine(({ parked, status }) => parked === undefined || status === 'enabled', {
        path: ['parked'],
        error: 'goes with "status": "enabled"',
      }),
  };
}

export type SubscriptionPatch = z.output<ReturnType<typeof subscriptionSchemas>['patch']>;

/**
 * The subscription after a change by its owner. Headers, metadata and status are left as they are, because they need
 * more than a copy.
 */
export function patchSubscription(seen: Subscription, patch: SubscriptionPatch): Subscription {
  const { url = seen.url, eventTypes = seen.eventTypes, description = seen.description, status } = patch;
  // What we know of a receiver holds for one URL only.
  const moved = url === seen.url ? {} : { receiver: {}, verifiedAt: undefined, verification: undefined };
  const { refused: _, ...admitted } = seen.receiver;
  const { failing: __, breaker: ___, throttledUntil: ____, throttles: _____, ...healthy } = admitted;
  return {
    ...seen,
    // An owner who enables the subscription says that the receiver is good again.
    ...(status === 'enabled' ? { receiver: seen.status === 'enabled' ? admitted : healthy } : {}),
    ...moved,
    url,
    eventTypes,
    description,
    rateLimit: replaced(seen.rateLimit, patch.rateLimit),
    timeoutMs: replaced(seen.timeoutMs, patch.timeoutMs),
    ...(status ? { disabledReason: undefined, keptUntil: undefined } : {}),
  };
}

/** As in RFC 7396: null removes the value, and undefined keeps it. */
function replaced<Value>(stored: Value | undefined, given: Value | null | undefined): Value | undefined {
  return given === undefined ? stored : (given ?? undefined);
}

/** The secrets that sign at that time, newest first. */
export function liveSecrets(subscription: Subscription, now: Date): readonly StoredSecret[] {
  return subscription.secrets.filter(({ expiresAt }) => !expiresAt || new Date(expiresAt) > now);
}

/**
 * How many secrets may sign at the same time. This is enough for overlapping rotations and keeps the header short.
 */
export const maxLiveSecrets = 5;

/**
 * The secrets after a rotation: the new one, and each old one until its promised end, but no longer than
 * `overlapSeconds`. If there are more than `maxLiveSecrets`, the oldest end at once. Further rotations must never
 * keep a leaked secret alive.
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
