import * as z from 'zod';
import { timestampSchema } from '../core/identifiers.ts';
import { subscriptionView } from './subscription-views.ts';

/** More are not counted. */
export const maxCounted = 1_000;

export const parkedView = z
  .object({
    count: z
      .int()
      .nonnegative()
      .meta({ description: `Up to ${maxCounted}.` }),
    isMore: z.boolean().meta({ description: `True if there are more than ${maxCounted}.` }),
    oldestAt: timestampSchema
      .optional()
      .meta({ description: 'When iOmniHub accepted the event of the oldest one.' }),
  })
  .meta({
    description:
      'The deliveries that are parked: none of their attempts is planned. What happened in the last second may be missing.',
  });

/** A subscription, and how much waits for it. */
export const subscriptionDetailView = subscriptionView
  .extend({ parked: parkedView })
  .meta({ id: 'SubscriptionDetail' });
