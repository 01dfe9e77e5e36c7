import * as z from 'zod';
import { identifierSchema, timestampSchema } from '../identifiers.ts';
import { disabledReasons } from '../receivers/receiver.ts';
import { presentHeaders } from './custom-headers.ts';
import { eventSelectorSchema } from './event-selector.ts';
import { type Subscription, subscriptionStatuses } from './subscription.ts';

/** How an account's owner is told of a subscription: everything but what is secret, and what is only for us. */
export const subscriptionView = z
  .object({
    id: identifierSchema,
    url: z.string(),
    eventTypes: z.array(eventSelectorSchema),
    description: z.string(),
    metadata: z.record(z.string(), z.string()),
    status: z.enum(subscriptionStatuses).meta({
      description:
        '`pending`: the stage asks receivers for their consent, and this one has not yet given it for this URL.',
    }),
    disabledReason: z.enum(disabledReasons).optional().meta({
      description:
        'Why iOmniHub disabled it: the receiver answered 410, or its URL or address cannot be used.',
    }),
    headers: z.record(z.string(), z.string()).meta({
      description: 'Headers of its own, each shown as `********`: values can be written, not read.',
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
  const { rateLimitPerSecond, timeoutMs, verifiedAt, createdAt, updatedAt } = subscription;
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
    provenAt: subscription.receiver.provenAt,
    createdAt,
    updatedAt,
  };
}
