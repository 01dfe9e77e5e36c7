import * as z from 'zod';
import { identifierSchema, timestampSchema } from '../core/identifiers.ts';
import { drillView } from './drill-views.ts';
import { declareRoutes } from './route.ts';

const id = z.string();

/** Shows an owner what a receiver does with good calls and with wrong ones. */
export const drillRoutes = declareRoutes({
  'POST /subscriptions/{id}/drill': {
    operationId: 'startDrill',
    access: 'manage',
    summary: 'Try a receiver with good calls and wrong ones',
    description:
      'Sends signed calls marked `iomnihub-test: true`, each of them once: among them old, wrongly signed, large and repeated ones. They are deliveries of the type `webhook.drill`; no statistics count them, and no answer to them disables the subscription. At most one drill in ten seconds.',
    tag: 'Deliveries',
    path: { id: id.meta({ description: 'Of the subscription.' }) },
    repeatable: true,
    answer: {
      status: 202,
      description: 'The calls are about to be made.',
      body: z.object({ id, subscriptionId: identifierSchema, startedAt: timestampSchema }),
    },
    problems: ['not-found', 'subscription-not-enabled'],
  },
  'GET /drills/{id}': {
    operationId: 'getDrill',
    access: 'read',
    summary: 'Read what a receiver did in a drill',
    description: 'Ask again each second until `state` is `finished`.',
    tag: 'Deliveries',
    path: { id: id.meta({ description: 'Of the drill.' }) },
    answer: { status: 200, description: 'Each call with its answer and a verdict.', body: drillView },
    problems: ['not-found'],
  },
});
