import * as z from 'zod';
import type { LoggedEvent } from '../core/deliveries/event-history.ts';
import { isOperational, type SubscribableEntry } from '../core/events/subscribable-events.ts';
import { identifierSchema, timestampSchema } from '../core/identifiers.ts';
import { deliveryView } from './delivery-views.ts';
import { sentenceView } from './sentences.ts';

export const eventTypeView = z
  .object({
    type: z.string(),
    name: z.string().meta({ description: "The name on iOmniHub's screens." }),
    summary: z.string(),
    isOperational: z.boolean().meta({
      description:
        'True for an event about your own webhooks. `*` does not take it; `webhook.*` and its name do.',
    }),
    dataSchema: z.looseObject({}).meta({ description: 'JSON Schema of `data` in the callback.' }),
    example: z.looseObject({}).meta({ description: 'An example of `data`.' }),
  })
  .meta({ id: 'EventType' });

export function presentEventType(entry: SubscribableEntry): z.output<typeof eventTypeView> {
  const { type, name, summary, data, example } = entry;
  const dataSchema = { ...z.toJSONSchema(data, { io: 'input' }) };
  return { type, name, summary, isOperational: isOperational(type), dataSchema, example };
}

export const eventView = z
  .object({
    id: identifierSchema,
    type: z.string(),
    acceptedAt: timestampSchema.meta({ description: 'When iOmniHub accepted it.' }),
    recordedAt: timestampSchema.meta({
      description: 'When it was recorded for delivery, usually seconds later. Lists of events go by it.',
    }),
    isTest: z.boolean().meta({ description: 'Sent by `POST /subscriptions/{id}/test`.' }),
  })
  .meta({ id: 'Event' });

export const completeUntil = timestampSchema.meta({
  description:
    'No further event with an earlier `recordedAt` appears in this list. About a minute ago, or `until` if that is earlier. The same on all pages, by the time at which the first one was read.',
});

export const eventOutcomes = [
  'delivered',
  'waiting',
  'parked',
  'failed',
  'cancelled',
  'no-longer-known',
  'not-subscribed',
  'disabled',
  'pending',
  'account-suspended',
  'created-later',
] as const;

export const eventAtSubscriptionView = z
  .object({
    subscriptionId: identifierSchema,
    outcome: z.enum(eventOutcomes),
    explanation: z.string().meta({ description: 'The outcome in words.' }),
    sentences: z.array(sentenceView).meta({ description: 'The same, each sentence by itself.' }),
    delivery: deliveryView.optional(),
  })
  .meta({ id: 'EventAtSubscription', description: 'What became of an event at one subscription, and why.' });

export const eventDetailView = eventView
  .extend({
    body: z.string().meta({ description: 'The exact text of its callbacks.' }),
    subscriptions: z.array(eventAtSubscriptionView),
  })
  .meta({ id: 'EventDetail' });

export function presentEvent(event: LoggedEvent): z.output<typeof eventView> {
  const { id, type, acceptedAt, recordedAt, isTest } = event;
  return { id, type, acceptedAt, recordedAt, isTest };
}
