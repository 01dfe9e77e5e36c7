import * as z from 'zod';
import { timestampSchema } from '../core/identifiers.ts';
import { failureReasons } from '../core/receivers/delivery-outcome.ts';
import type { Subscription } from '../core/subscriptions/subscription.ts';
import { actorView, presentActor } from './account-views.ts';

/** What holds the deliveries of a subscription back, and what becomes of those that were. All of it is absent if nothing does. */
export const holdingViews = {
  paused: z
    .object({
      since: timestampSchema,
      until: timestampSchema.meta({ description: 'Calls begin again then by themselves, within a minute.' }),
      by: actorView.meta({ description: 'Who asked for the pause.' }),
    })
    .optional()
    .meta({ description: 'Present while its owner has paused it: its deliveries are parked.' }),
  breaker: z
    .object({
      state: z.enum(['open', 'probing', 'half-open']).meta({
        description:
          '`open`: nothing is called until `nextCallAt`. `probing`: one delivery is on its way, to see whether the receiver works again. `half-open`: nothing was parked, so the next delivery that comes is that one.',
      }),
      openedAt: timestampSchema,
      openings: z
        .int()
        .positive()
        .meta({ description: 'How often in a row it opened. Each time, the next call comes later.' }),
      nextCallAt: timestampSchema.optional().meta({
        description:
          'When a delivery is tried again, or, while one is being tried, when another follows if it gets lost. Within a minute after that.',
      }),
    })
    .optional()
    .meta({ description: 'Present while the receiver fails so often that its deliveries are parked.' }),
  throttledUntil: timestampSchema.optional().meta({
    description: 'The receiver asked for fewer calls (429 or `Retry-After`). None is made until then.',
  }),
  failing: z
    .object({
      since: timestampSchema.meta({ description: 'When the first of these calls failed.' }),
      lastReason: z.enum(failureReasons),
      lastStatus: z.int().optional().meta({ description: 'The HTTP status, if there was an answer.' }),
      disablesAt: timestampSchema
        .optional()
        .meta({ description: 'iOmniHub disables the subscription then, unless a call succeeds before.' }),
    })
    .optional()
    .meta({ description: 'Present if calls have failed since the last one that succeeded.' }),
  keptUntil: timestampSchema.optional().meta({
    description:
      'After iOmniHub has disabled the subscription: events that come until then are kept, and sent if it is enabled.',
  }),
  drain: z
    .object({
      since: timestampSchema,
      perSecond: z
        .number()
        .optional()
        .meta({ description: 'How many its next step sends in a second. Absent before the first step.' }),
      discardUntil: timestampSchema
        .optional()
        .meta({ description: 'What was parked until then is cancelled instead, as its owner asked for.' }),
    })
    .optional()
    .meta({ description: 'Present while parked deliveries are sent, the oldest first, in steps that grow.' }),
};

const holdingView = z.object(holdingViews);

export function presentHolding(subscription: Subscription): z.output<typeof holdingView> {
  const { pause, drain, keptUntil, receiver } = subscription;
  const { breaker, failing, throttledUntil } = receiver;
  return {
    paused: pause && { since: pause.since, until: pause.until, by: presentActor(pause.by) },
    breaker: breaker && {
      state: breaker.state,
      openedAt: breaker.openedAt,
      openings: breaker.openings,
      nextCallAt: breaker.state === 'half-open' ? undefined : breaker.until,
    },
    throttledUntil,
    failing: failing && {
      since: failing.since,
      lastReason: failing.lastReason,
      lastStatus: failing.lastStatus,
      disablesAt: failing.disablesAt,
    },
    keptUntil,
    drain: drain && {
      since: drain.since,
      perSecond: drain.perSecond > 0 ? Math.min(drain.perSecond, ownRateOf(subscription)) : undefined,
      discardUntil: drain.discardUntil,
    },
  };
}

function ownRateOf({ rateLimit }: Subscription): number {
  return rateLimit ? rateLimit.calls / rateLimit.perSeconds : Infinity;
}
