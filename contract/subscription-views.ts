import * as z from 'zod';
import { identifierSchema, timestampSchema } from '../core/identifiers.ts';
import { type DeliveryOutcome, failureReasons } from '../core/receivers/delivery-outcome.ts';
import { disabledReasons } from '../core/receivers/receiver.ts';
import { presentHeaders } from '../core/subscriptions/custom-headers.ts';
import { eventSelectorSchema } from '../core/subscriptions/event-selector.ts';
import { type Subscription, subscriptionStatuses } from '../core/subscriptions/subscription.ts';

/** A subscription as its owner sees it: without secrets, and without what only we need. */
export const subscriptionView = z
  .object({
    id: identifierSchema,
    url: z.string(),
    eventTypes: z.array(eventSelectorSchema),
    description: z.string(),
    metadata: z.record(z.string(), z.string()),
    status: z.enum(subscriptionStatuses).meta({
      description:
        '`pending`: iOmniHub needs the consent of the receiver for this URL, and does not have it yet.',
    }),
    disabledReason: z.enum(disabledReasons).optional().meta({
      description:
        'Why iOmniHub disabled it: the receiver answered 410, or its URL or address cannot be used.',
    }),
    headers: z.record(z.string(), z.string()).meta({
      description: 'Custom headers. Each value is shown as `********`: it can be written, but not read.',
    }),
    rateLimitPerSecond: z.int().optional(),
    timeoutMs: z.int().optional(),
    verifiedAt: timestampSchema
      .optional()
      .meta({ description: 'When the receiver at this URL gave its consent.' }),
    provenAt: timestampSchema
      .optional()
      .meta({ description: 'When a callback to this URL was answered 2xx for the first time.' }),
    createdAt: timestampSchema,
    updatedAt: timestampSchema,
  })
  .meta({ id: 'Subscription' });

export function presentSubscription(subscription: Subscription): z.output<typeof subscriptionView> {
  const { id, url, eventTypes, description, metadata = {}, status, disabledReason } = subscription;
  const { rateLimitPerSecond, timeoutMs, verifiedAt, receiver, createdAt, updatedAt } = subscription;
  return {
    id,
    url,
    eventTypes: [...eventTypes],
    description,
    // A stored map comes back in no certain order, and an ETag must not depend on it.
    metadata: Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))),
    status,
    disabledReason,
    headers: presentHeaders(subscription.headers),
    rateLimitPerSecond,
    timeoutMs,
    verifiedAt,
    provenAt: receiver.provenAt,
    createdAt,
    updatedAt,
  };
}

const effectiveAt = timestampSchema.meta({
  description:
    'From then on, the change counts for every event. Until then, the old state may still be used.',
});
export const effectView = z.object({ effectiveAt });

const verificationView = z
  .object({
    verified: z.boolean(),
    reason: z.enum([...failureReasons, 'challenge-not-echoed']).optional(),
    status: z.int().optional(),
  })
  .meta({
    id: 'Verification',
    description: 'The answer of the receiver when it was asked for its consent, if it was asked.',
  });

/** The answer to a change: the subscription as it is now. */
export const writtenSubscriptionView = subscriptionView.extend({
  verification: verificationView.optional(),
  effectiveAt,
});

/** What a verification call came to. */
export interface VerificationResult {
  readonly isVerified: boolean;
  readonly outcome: DeliveryOutcome;
}

export function presentVerification({
  isVerified,
  outcome,
}: VerificationResult): z.output<typeof verificationView> {
  if (isVerified) return { verified: true };
  const reason = outcome.kind === 'success' ? 'challenge-not-echoed' : outcome.reason;
  return { verified: false, reason, ...(outcome.status === undefined ? {} : { status: outcome.status }) };
}

export const signingSecret = z.string().meta({
  description: 'Signs callbacks by Standard Webhooks. A credential: keep it out of logs.',
  examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
});
const revealedSecret = z.object({
  secret: signingSecret,
  createdAt: timestampSchema,
  expiresAt: timestampSchema.optional(),
});
export const secretView = revealedSecret.extend({ previous: z.array(revealedSecret) });

export const rotatedSecretView = z.object({
  secret: signingSecret,
  previousExpiresAt: timestampSchema.nullable(),
  effectiveAt,
});
