import * as z from 'zod';
import { capabilities as allCapabilities, type Capability } from '../core/accounts/credential.ts';
import { deliveryIdOf } from '../core/deliveries/delivery.ts';
import { identifierSchema, timestampSchema } from '../core/identifiers.ts';
import { failureReasons } from '../core/receivers/delivery-outcome.ts';
import { disabledReasons } from '../core/receivers/receiver.ts';
import { maskPath } from '../core/subscriptions/callback-url.ts';
import { presentHeaders } from '../core/subscriptions/custom-headers.ts';
import { eventSelectorSchema } from '../core/subscriptions/event-selector.ts';
import { rateLimitSchema } from '../core/subscriptions/rate-limit.ts';
import { type Subscription, subscriptionStatuses } from '../core/subscriptions/subscription.ts';
import { type Verification, verificationStates } from '../core/subscriptions/verification.ts';
import { healthOf, healthView, stoppedHealth } from './subscription-health.ts';
import { holdingViews, presentHolding } from './subscription-holding.ts';

const verificationView = z
  .object({
    state: z.enum(verificationStates).meta({
      description: '`asked`: the call is planned or being made. Read the subscription again in a second.',
    }),
    askedAt: timestampSchema,
    answeredAt: timestampSchema.optional(),
    reason: z
      .enum([...failureReasons, 'challenge-not-echoed', 'expired'])
      .optional()
      .meta({ description: 'Why it has failed.' }),
    status: z.int().optional().meta({ description: 'The HTTP status of the answer, if there was one.' }),
    deliveryId: z.string().meta({ description: 'For `GET /deliveries/{id}`, which shows the call.' }),
  })
  .meta({
    id: 'Verification',
    description: 'The latest time that the receiver at this URL was asked for its consent.',
  });

/** A subscription as its owner sees it: without secrets, and without what only we need. */
export const subscriptionView = z
  .object({
    id: identifierSchema,
    url: z.string().meta({
      description:
        'Who may only read sees its origin: `https://crm.example.com/********`. The path of a hook is often a credential.',
    }),
    eventTypes: z.array(eventSelectorSchema),
    description: z.string(),
    metadata: z.record(z.string(), z.string()),
    status: z.enum(subscriptionStatuses).meta({
      description:
        '`pending`: iOmniHub needs the consent of the receiver for this URL, and does not have it yet.',
    }),
    health: healthView,
    disabledReason: z.enum(disabledReasons).optional().meta({
      description:
        'Why iOmniHub disabled it: the receiver answered 410 or asked for it by the header `webhook-delivery`, its URL cannot be used, for a day its name led to an address that is not public, or no call succeeded for days.',
    }),
    ...holdingViews,
    refused: z
      .object({
        since: timestampSchema,
        address: z.string().optional().meta({ description: 'The address to which the name leads.' }),
        refusal: z.string().optional().meta({ description: 'The rule that forbids the address.' }),
      })
      .optional()
      .meta({
        description:
          'Present while callbacks fail with `address-forbidden`. After a day, the subscription is disabled.',
      }),
    headers: z.record(z.string(), z.string()).meta({
      description: 'Custom headers. Each value is shown as `********`: it can be written, but not read.',
    }),
    rateLimit: rateLimitSchema.optional(),
    timeoutMs: z.int().optional(),
    verifiedAt: timestampSchema
      .optional()
      .meta({ description: 'When the receiver at this URL gave its consent.' }),
    provenAt: timestampSchema.optional().meta({
      description:
        'When the receiver at this URL first answered with 2xx. Absent again after too many failures in a row; then it gets one call a second at most.',
    }),
    verification: verificationView.optional(),
    createdAt: timestampSchema,
    updatedAt: timestampSchema,
  })
  .meta({ id: 'Subscription' });

/** `isStopped`: an operator has stopped all calls to the account's receivers. */
export function presentSubscription(
  subscription: Subscription,
  capabilities: readonly Capability[] = allCapabilities,
  isStopped = false,
): z.output<typeof subscriptionView> {
  const { id, eventTypes, description, metadata = {}, status, disabledReason } = subscription;
  const { rateLimit, timeoutMs, verifiedAt, receiver, verification, createdAt, updatedAt } = subscription;
  const isPathShown = capabilities.includes('manage') || capabilities.includes('secrets');
  return {
    id,
    url: isPathShown ? subscription.url : maskPath(subscription.url),
    eventTypes: [...eventTypes],
    description,
    // A stored map comes back in no certain order, and an ETag must not depend on it.
    metadata: Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))),
    status,
    health: isStopped ? stoppedHealth : healthOf(subscription),
    disabledReason,
    ...presentHolding(subscription),
    headers: presentHeaders(subscription.headers),
    rateLimit,
    timeoutMs,
    verifiedAt,
    provenAt: receiver.provenAt,
    refused: receiver.refused,
    verification: verification && presentVerification(subscription, verification),
    createdAt,
    updatedAt,
  };
}

function presentVerification(
  { accountId, id: subscriptionId }: Subscription,
  { id: eventId, state, askedAt, answeredAt, reason, status }: Verification,
): z.output<typeof verificationView> {
  const ref = { accountId, subscriptionId, eventId, eventType: '', acceptedAt: askedAt };
  return {
    state,
    askedAt,
    answeredAt,
    reason,
    status,
    deliveryId: deliveryIdOf(ref),
  };
}

const effectiveAt = timestampSchema.meta({
  description:
    'From then on, the change counts for every event. Until then, the old state may still be used.',
});
export const effectView = z.object({ effectiveAt });

/** The answer to a change: the subscription as it is now. */
export const writtenSubscriptionView = subscriptionView.extend({
  droppedHeaders: z.array(z.string()).optional().meta({
    description:
      'Names of custom headers that were removed, because the URL now has another scheme, host or port. Set them again if the new receiver needs them.',
  }),
  effectiveAt,
});

const signingSecret = z.string().meta({
  description: 'Signs callbacks by Standard Webhooks. A credential: keep it out of logs.',
  examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
});
const revealedSecret = z.object({
  secret: signingSecret,
  createdAt: timestampSchema,
  expiresAt: timestampSchema.optional(),
});
export const secretView = revealedSecret.extend({ previous: z.array(revealedSecret) });

/** In the answer to a change. */
export const shownSecret = signingSecret.optional().meta({
  description:
    'Signs callbacks by Standard Webhooks. A credential: keep it out of logs. Left out for a session without the capability `secrets`.',
  examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
});

export const rotatedSecretView = z.object({
  secret: shownSecret,
  previousExpiresAt: timestampSchema.nullable(),
  effectiveAt,
});
