import * as z from 'zod';
import { subscriptionSchemas } from '../core/subscriptions/subscription.ts';
import { listOf, pageParameters } from './lists.ts';
import { declareRoutes, type StageLimits } from './route.ts';
import { subscriptionDetailView } from './subscription-detail.ts';
import {
  effectView,
  rotatedSecretView,
  secretView,
  shownSecret,
  subscriptionView,
  writtenSubscriptionView,
} from './subscription-views.ts';
import { givenTimeSchema } from './time-range.ts';

const newSubscriptionBody = ({ rules, callbackTimeoutMs }: StageLimits) =>
  subscriptionSchemas(rules, callbackTimeoutMs).create;
const patchBody = ({ rules, callbackTimeoutMs }: StageLimits) =>
  subscriptionSchemas(rules, callbackTimeoutMs).patch;

const overlapError = 'must be a whole number of seconds from 60 to 604800';
const rotationBody = z.strictObject({
  overlapSeconds: z
    .int(overlapError)
    .min(60, overlapError)
    .max(7 * 86_400, overlapError)
    .default(86_400),
});

const pauseBody = z.strictObject({
  until: givenTimeSchema.optional().meta({
    description: 'When calls begin again by themselves, up to 7 days ahead. Left out, it is 7 days ahead.',
  }),
});

const path = { id: z.string().meta({ description: 'Of the subscription.' }) };

export const subscriptionRoutes = declareRoutes({
  'GET /subscriptions': {
    operationId: 'listSubscriptions',
    access: 'read',
    summary: 'List the subscriptions, oldest first',
    tag: 'Subscriptions',
    query: z.strictObject(pageParameters),
    answer: { status: 200, description: 'A page of subscriptions.', body: listOf(subscriptionView) },
  },
  'POST /subscriptions': {
    operationId: 'createSubscription',
    access: 'manage',
    summary: 'Subscribe a URL to events',
    description:
      'If the receiver has to consent first, the status is `pending`: read the subscription again until `verification.state` is no longer `asked`.',
    tag: 'Subscriptions',
    body: newSubscriptionBody,
    repeatable: true,
    answer: {
      status: 201,
      description: 'The subscription, and its signing secret.',
      body: writtenSubscriptionView.extend({ secret: shownSecret }),
      hasEtag: true,
    },
    problems: ['invalid-json', 'too-many-subscriptions', 'too-many-requests'],
  },
  'POST /url-checks': {
    operationId: 'checkUrl',
    access: 'read',
    summary: 'Check the text of a URL, for instance while it is written',
    description:
      'Nobody is called, and no name is looked up: `POST /subscriptions` may still refuse where the name leads to.',
    tag: 'Subscriptions',
    body: z.strictObject({ url: z.string('must be text').max(3_000, 'must have at most 3000 characters') }),
    answer: {
      status: 200,
      description: 'The URL as it would be kept, or what is wrong with it.',
      body: z.object({
        url: z.string().optional(),
        refusal: z.string().optional().meta({ description: 'Such as `must start with https://`.' }),
      }),
    },
    problems: ['invalid-json'],
  },
  'GET /subscriptions/{id}': {
    operationId: 'getSubscription',
    access: 'read',
    summary: 'Read a subscription',
    tag: 'Subscriptions',
    path,
    answer: { status: 200, description: 'The subscription.', body: subscriptionDetailView, hasEtag: true },
    problems: ['not-found'],
  },
  'PATCH /subscriptions/{id}': {
    operationId: 'updateSubscription',
    access: 'manage',
    summary: 'Change fields of a subscription',
    description:
      'Fields that are left out stay as they are. `null` removes a header, an entry of `metadata`, a limit or a timeout. A URL with another scheme, host or port takes no headers along: `droppedHeaders` names them. What is parked is cancelled if you disable the subscription. If you enable it, and if its URL changes while its receiver fails, it is sent, the oldest first; with `"parked": "discard"`, it is cancelled.',
    tag: 'Subscriptions',
    path,
    body: patchBody,
    conditional: true,
    answer: {
      status: 200,
      description: 'The subscription as it is now.',
      body: writtenSubscriptionView,
      hasEtag: true,
    },
    problems: ['invalid-json', 'not-found', 'conflict', 'precondition-failed'],
  },
  'DELETE /subscriptions/{id}': {
    operationId: 'deleteSubscription',
    access: 'manage',
    summary: 'Delete a subscription',
    description: 'Its waiting deliveries are cancelled.',
    tag: 'Subscriptions',
    path,
    conditional: true,
    answer: { status: 200, description: 'The subscription is deleted.', body: effectView },
    problems: ['not-found', 'conflict', 'precondition-failed'],
  },
  'POST /subscriptions/{id}/pause': {
    operationId: 'pauseSubscription',
    access: 'manage',
    summary: 'Make no calls for a while, and keep the deliveries',
    description:
      'For a deployment or a repair. Deliveries are parked: they lose no attempt, and the time does not count for their horizon. A pause that has begun gets a new end. Test events and drills are sent all the same. A subscription that is disabled or pending gets no deliveries that could be kept, so it cannot be paused.',
    tag: 'Subscriptions',
    path,
    body: pauseBody,
    isBodyOptional: true,
    conditional: true,
    repeatable: true,
    answer: {
      status: 200,
      description: 'The subscription as it is now, with `paused`.',
      body: writtenSubscriptionView,
      hasEtag: true,
    },
    problems: ['invalid-json', 'not-found', 'subscription-not-enabled', 'conflict', 'precondition-failed'],
  },
  'POST /subscriptions/{id}/resume': {
    operationId: 'resumeSubscription',
    access: 'manage',
    summary: 'Make calls again now, whatever holds them back',
    description:
      'Ends a pause: what was kept is sent within a minute, the oldest first, in steps that grow. If the receiver fails, one delivery is tried within a minute instead of at `breaker.nextCallAt`; if it is answered 2xx, the others follow. If the receiver asked for fewer calls, it is called again. If nothing holds calls back, nothing changes.',
    tag: 'Subscriptions',
    path,
    conditional: true,
    repeatable: true,
    answer: {
      status: 200,
      description: 'The subscription as it is now.',
      body: writtenSubscriptionView,
      hasEtag: true,
    },
    problems: ['not-found', 'subscription-not-enabled', 'conflict', 'precondition-failed'],
  },
  'POST /subscriptions/{id}/verify': {
    operationId: 'verifySubscription',
    access: 'manage',
    summary: 'Ask the receiver once more for its consent',
    description:
      'The call is made a moment later, without custom headers. Read the subscription until `verification.state` is no longer `asked`.',
    tag: 'Subscriptions',
    path,
    conditional: true,
    repeatable: true,
    answer: {
      status: 202,
      description: 'The subscription as it is now. The receiver is about to be asked.',
      body: writtenSubscriptionView,
      hasEtag: true,
    },
    problems: ['not-found', 'conflict', 'precondition-failed'],
  },
  'GET /subscriptions/{id}/secret': {
    operationId: 'revealSecret',
    access: 'secrets',
    summary: 'Read the signing secret',
    description: 'The audit log records each read.',
    tag: 'Subscriptions',
    path,
    answer: {
      status: 200,
      description: 'The secret, and earlier ones that still sign.',
      body: secretView,
    },
    problems: ['not-found'],
  },
  'POST /subscriptions/{id}/secret/rotate': {
    operationId: 'rotateSecret',
    access: 'manage',
    summary: 'Replace the signing secret',
    description:
      'Both secrets sign until the overlap ends, so that the receiver can switch at any time. The audit log records it.',
    tag: 'Subscriptions',
    path,
    body: rotationBody,
    isBodyOptional: true,
    conditional: true,
    repeatable: true,
    answer: { status: 200, description: 'The new secret.', body: rotatedSecretView },
    problems: ['invalid-json', 'not-found', 'conflict', 'precondition-failed'],
  },
});
