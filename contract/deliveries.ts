import * as z from 'zod';
import { statusClasses } from '../core/deliveries/delivery-history.ts';
import { subscribableTypes } from '../core/events/subscribable-events.ts';
import { identifierSchema } from '../core/identifiers.ts';
import { drillType } from '../core/receivers/drill.ts';
import { verificationType } from '../core/receivers/verification.ts';
import { mustBeOneOf } from '../core/words.ts';
import { deliveryDetailView, deliveryStatuses, deliveryView } from './delivery-views.ts';
import { listOf, pageParameters } from './lists.ts';
import { declareRoutes } from './route.ts';
import { accountStatisticsView, statisticsView } from './statistics-views.ts';
import { isInOrder, notInOrder, timeRange } from './time-range.ts';
import { anyOf, anyOfTypes } from './word-lists.ts';

const deliveryListQuery = z
  .strictObject({
    ...pageParameters,
    status: anyOf(deliveryStatuses),
    statusClass: anyOf(statusClasses),
    /** Questions for a receiver's consent are deliveries too, and so are the calls of a drill. */
    eventType: anyOfTypes([...subscribableTypes, verificationType, drillType]),
    ...timeRange,
  })
  .refine(isInOrder, notInOrder);

const testBody = z.strictObject({
  eventType: z
    .enum(subscribableTypes, { error: ({ input }) => mustBeOneOf(subscribableTypes, input) })
    .optional(),
});

const sendBody = z.strictObject({
  subscriptionId: identifierSchema.meta({ description: 'Whose receiver gets the event.' }),
});

const ofEvent = { id: z.string().meta({ description: 'Of the event.' }) };
const ofSubscription = { id: z.string().meta({ description: 'Of the subscription.' }) };
const ofDelivery = { id: z.string().meta({ description: 'Of the delivery.' }) };

export const deliveryRoutes = declareRoutes({
  'GET /subscriptions/{id}/deliveries': {
    operationId: 'listDeliveries',
    access: 'read',
    summary: 'List the deliveries of a subscription, newest first',
    description:
      'A delivery is listed once its first attempt was made, postponed or cancelled, or once you have asked for it. `since` and `until` go by `acceptedAt`.',
    tag: 'Deliveries',
    path: ofSubscription,
    query: deliveryListQuery,
    answer: { status: 200, description: 'A page of deliveries.', body: listOf(deliveryView) },
    problems: ['not-found'],
  },
  'GET /subscriptions/{id}/stats': {
    operationId: 'getStatistics',
    access: 'read',
    summary: 'Read how a receiver does, by the hour',
    description: 'Kept for 14 days. Without `since` and `until`, the last 24 hours.',
    tag: 'Deliveries',
    path: ofSubscription,
    query: z.strictObject(timeRange),
    answer: { status: 200, description: 'Each hour of the range, and the total.', body: statisticsView },
    problems: ['not-found'],
  },
  'GET /statistics': {
    operationId: 'getAccountStatistics',
    access: 'read',
    summary: 'Read how all receivers of the account do',
    description: 'For the last 24 hours by the hour, or for the last 14 days by 24 hours.',
    tag: 'Deliveries',
    query: z.strictObject({
      range: z
        .enum(['24h', '14d'], { error: ({ input }) => mustBeOneOf(['24h', '14d'], input) })
        .default('24h'),
    }),
    answer: {
      status: 200,
      description: 'Each subscription of the account, oldest first.',
      body: accountStatisticsView,
    },
  },
  'POST /subscriptions/{id}/test': {
    operationId: 'sendTestEvent',
    access: 'manage',
    summary: 'Send an example event',
    description:
      'Sends the example of an event type to this subscription alone. It is delivered as every event is, and also while the subscription is paused or its receiver fails.',
    tag: 'Deliveries',
    path: ofSubscription,
    body: testBody,
    isBodyOptional: true,
    repeatable: true,
    answer: { status: 202, description: 'The delivery waits for its call.', body: deliveryView },
    problems: ['invalid-json', 'not-found', 'subscription-not-enabled'],
  },
  'POST /events/{id}/deliveries': {
    operationId: 'sendEvent',
    access: 'manage',
    summary: 'Send an event to one subscription',
    description:
      'For events that came while the subscription was disabled, pending or not there yet. The subscription gets the event even if it does not take its type. `webhook-id` and body are those of the event, and a whole schedule begins. What was delivered, has failed or was cancelled is sent again. While the subscription is paused or its receiver fails, the delivery is parked: `sentences` say so, and until when.',
    tag: 'Deliveries',
    path: ofEvent,
    body: sendBody,
    repeatable: true,
    answer: { status: 202, description: 'The delivery waits for its call.', body: deliveryView },
    problems: [
      'invalid-json',
      'not-found',
      'subscription-not-enabled',
      'delivery-waiting',
      'attempt-in-progress',
      'event-not-kept',
    ],
  },
  'GET /deliveries/{id}': {
    operationId: 'getDelivery',
    access: 'read',
    summary: 'Read a delivery with every attempt',
    tag: 'Deliveries',
    path: ofDelivery,
    answer: { status: 200, description: 'The delivery.', body: deliveryDetailView },
    problems: ['not-found'],
  },
  'POST /deliveries/{id}/retry': {
    operationId: 'retryDelivery',
    access: 'manage',
    summary: 'Send a delivery again',
    description:
      'The call is made at once, whatever became of the delivery before. If it fails, a new schedule begins. `webhook-id` and body stay the same. While its subscription is paused or its receiver fails, it is parked instead: `sentences` say so, and until when.',
    tag: 'Deliveries',
    path: ofDelivery,
    repeatable: true,
    answer: { status: 202, description: 'The delivery waits for its call.', body: deliveryView },
    problems: ['not-found', 'subscription-not-enabled', 'attempt-in-progress', 'event-not-kept'],
  },
});
