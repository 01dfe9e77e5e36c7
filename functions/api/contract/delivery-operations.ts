import * as z from 'zod';
import { auditEntryView } from '../../../core/accounts/audit.ts';
import { deliveryDetailView, deliveryView } from '../../../core/deliveries/delivery-view.ts';
import { eventDetailView, eventView } from '../../../core/deliveries/event-view.ts';
import { statisticsView } from '../../../core/deliveries/statistics.ts';
import { testSchema } from '../asked-deliveries.ts';
import { deliveryFilterSchema } from '../deliveries.ts';
import { eventFilterSchema } from '../events.ts';
import { pageSchema } from '../pages.ts';
import { statisticsQuerySchema } from '../statistics.ts';
import { listOf, type Operation } from './operation.ts';

const eventTypeView = z
  .object({
    type: z.string(),
    name: z.string().meta({ description: "As on iOmniHub's own screens." }),
    summary: z.string(),
    dataSchema: z.looseObject({}).meta({ description: 'JSON Schema of `data` in the callback.' }),
    example: z.looseObject({}).meta({ description: 'An example of `data`.' }),
  })
  .meta({ id: 'EventType' });

/** What an account's owner looks up, and the deliveries that he asks for. */
export const deliveryOperations = {
  'GET /event-types': {
    operationId: 'listEventTypes',
    summary: 'List what can be subscribed to',
    tag: 'Events',
    answer: { status: 200, description: 'All of them.', body: listOf(eventTypeView) },
  },
  'GET /events': {
    operationId: 'listEvents',
    summary: 'List what was published, newest first',
    description:
      'From when the account has a subscription. An event is listed a moment after it was recorded; `since` and `until` go by `recordedAt`.',
    tag: 'Events',
    query: pageSchema.extend(eventFilterSchema.shape),
    answer: { status: 200, description: 'A page of them.', body: listOf(eventView) },
  },
  'GET /events/{id}': {
    operationId: 'getEvent',
    summary: 'Read why an event did or did not come',
    tag: 'Events',
    idOf: 'event',
    answer: {
      status: 200,
      description: 'The event, and what became of it at each subscription of the account.',
      body: eventDetailView,
    },
    problems: ['not-found'],
  },
  'GET /subscriptions/{id}/deliveries': {
    operationId: 'listDeliveries',
    summary: 'List the deliveries of a subscription, newest first',
    description:
      'From when the first attempt was made, put off or cancelled. `since` and `until` go by `acceptedAt`.',
    tag: 'Deliveries',
    idOf: 'subscription',
    query: pageSchema.extend(deliveryFilterSchema.shape),
    answer: { status: 200, description: 'A page of them.', body: listOf(deliveryView) },
    problems: ['not-found'],
  },
  'GET /subscriptions/{id}/stats': {
    operationId: 'getStatistics',
    summary: 'Read how a receiver does, by the hour',
    description: 'Kept for 14 days; the last 24 hours, if nothing else is asked for.',
    tag: 'Deliveries',
    idOf: 'subscription',
    query: statisticsQuerySchema,
    answer: { status: 200, description: 'Every hour of the time, and all together.', body: statisticsView },
    problems: ['not-found'],
  },
  'GET /deliveries/{id}': {
    operationId: 'getDelivery',
    summary: 'Read a delivery with every attempt',
    tag: 'Deliveries',
    idOf: 'delivery',
    answer: { status: 200, description: 'The delivery.', body: deliveryDetailView },
    problems: ['not-found'],
  },
  'POST /deliveries/{id}/retry': {
    operationId: 'retryDelivery',
    summary: 'Send a delivery again',
    description:
      'At once, whatever became of it, and by a whole schedule if it fails. `webhook-id` and body stay the same.',
    tag: 'Deliveries',
    idOf: 'delivery',
    answer: { status: 202, description: 'It waits for its call.', body: deliveryView },
    problems: ['not-found', 'subscription-not-enabled', 'attempt-in-progress', 'event-not-kept'],
  },
  'POST /subscriptions/{id}/test': {
    operationId: 'sendTestEvent',
    summary: 'Send an example event',
    description: 'The example of the event type, to this subscription alone, delivered as every event is.',
    tag: 'Deliveries',
    idOf: 'subscription',
    body: testSchema,
    isBodyOptional: true,
    answer: { status: 202, description: 'It waits for its call.', body: deliveryView },
    problems: ['invalid-json', 'not-found', 'subscription-not-enabled'],
  },
  'GET /audit-log': {
    operationId: 'listAuditLog',
    summary: 'List who saw or changed what is secret, newest first',
    tag: 'Account',
    query: pageSchema,
    answer: { status: 200, description: 'A page of it.', body: listOf(auditEntryView) },
  },
} as const satisfies Record<string, Operation>;
