import * as z from 'zod';
import { subscribableTypes } from '../core/events/subscribable-events.ts';
import { completeUntil, eventDetailView, eventTypeView, eventView } from './event-views.ts';
import { listOf, pageParameters } from './lists.ts';
import { declareRoutes } from './route.ts';
import { isInOrder, notInOrder, timeRange } from './time-range.ts';
import { anyOfTypes } from './word-lists.ts';

const eventListQuery = z
  .strictObject({
    ...pageParameters,
    eventType: anyOfTypes(subscribableTypes),
    ...timeRange,
  })
  .refine(isInOrder, notInOrder);

export const eventRoutes = declareRoutes({
  'GET /event-types': {
    operationId: 'listEventTypes',
    access: 'read',
    summary: 'List the event types that you can subscribe to',
    tag: 'Events',
    query: z.strictObject(pageParameters),
    answer: { status: 200, description: 'A page of event types.', body: listOf(eventTypeView) },
  },
  'GET /events': {
    operationId: 'listEvents',
    access: 'read',
    summary: 'List published events, newest first',
    description:
      'Events are kept from when the account has a subscription. `since` and `until` go by `recordedAt`. An event is listed a moment after it was recorded, and a later one may be listed before it. To miss none, ask again with `completeUntil` as `since`, and drop the ids that you know.',
    tag: 'Events',
    query: eventListQuery,
    answer: {
      status: 200,
      description: 'A page of events.',
      body: listOf(eventView).extend({ completeUntil }),
    },
  },
  'GET /events/{id}': {
    operationId: 'getEvent',
    access: 'read',
    summary: 'Read why an event was or was not delivered',
    tag: 'Events',
    path: { id: z.string().meta({ description: 'Of the event.' }) },
    answer: {
      status: 200,
      description: 'The event, and what became of it at each subscription of the account.',
      body: eventDetailView,
    },
    problems: ['not-found'],
  },
});
