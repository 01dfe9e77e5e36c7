import * as z from 'zod';
import { timestampSchema } from '../../../core/identifiers.ts';
import { failureReasons } from '../../../core/receivers/delivery-outcome.ts';
import { subscriptionSchemas } from '../../../core/subscriptions/subscription.ts';
import { subscriptionView } from '../../../core/subscriptions/subscription-view.ts';
import { pageSchema } from '../pages.ts';
import { rotationSchema } from '../secrets.ts';
import { listOf, type Operation } from './operation.ts';

const effectiveAt = timestampSchema.meta({
  description: 'From then on it counts for every event; until then, functions may go by what was before.',
});
const signingSecret = z.string().meta({
  description: 'Signs callbacks by Standard Webhooks. A credential: keep it out of logs.',
  examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
});
const verification = z
  .object({
    verified: z.boolean(),
    reason: z.enum([...failureReasons, 'challenge-not-echoed']).optional(),
    status: z.int().optional(),
  })
  .meta({
    id: 'Verification',
    description: 'What came of asking the receiver for its consent, if it was asked.',
  });
const written = subscriptionView.extend({ verification: verification.optional(), effectiveAt });
const revealed = z.object({
  secret: signingSecret,
  createdAt: timestampSchema,
  expiresAt: timestampSchema.optional(),
});

/** Whatever URLs the stage allows: the contract says no more of them than that they are text. */
const anyUrl = { allowPrivateCallbacks: true, allowedPorts: [], ownHosts: [] };

export function subscriptionOperations(callbackTimeoutMs: number) {
  const { create, patch } = subscriptionSchemas(anyUrl, callbackTimeoutMs);
  return {
    'GET /subscriptions': {
      operationId: 'listSubscriptions',
      summary: 'List the subscriptions, oldest first',
      tag: 'Subscriptions',
      query: pageSchema,
      answer: { status: 200, description: 'A page of them.', body: listOf(subscriptionView) },
    },
    'POST /subscriptions': {
      operationId: 'createSubscription',
      summary: 'Subscribe a URL to events',
      tag: 'Subscriptions',
      body: create,
      answer: {
        status: 201,
        description: 'The subscription, and its signing secret.',
        body: written.extend({ secret: signingSecret }),
        hasEtag: true,
      },
      problems: ['invalid-json', 'too-many-subscriptions', 'too-many-requests'],
    },
    'GET /subscriptions/{id}': {
      operationId: 'getSubscription',
      summary: 'Read a subscription',
      tag: 'Subscriptions',
      idOf: 'subscription',
      answer: { status: 200, description: 'The subscription.', body: subscriptionView, hasEtag: true },
      problems: ['not-found'],
    },
    'PATCH /subscriptions/{id}': {
      operationId: 'updateSubscription',
      summary: 'Change some of a subscription',
      description:
        'What is left out stays as it is. `null` takes away a header, an entry of `metadata`, a limit or a timeout.',
      tag: 'Subscriptions',
      idOf: 'subscription',
      body: patch,
      isConditional: true,
      answer: { status: 200, description: 'The subscription as it is now.', body: written, hasEtag: true },
      problems: ['invalid-json', 'not-found', 'conflict', 'precondition-failed'],
    },
    'DELETE /subscriptions/{id}': {
      operationId: 'deleteSubscription',
      summary: 'Delete a subscription',
      description: 'What still waits for it is cancelled.',
      tag: 'Subscriptions',
      idOf: 'subscription',
      isConditional: true,
      answer: { status: 200, description: 'It is deleted.', body: z.object({ effectiveAt }) },
      problems: ['not-found', 'conflict', 'precondition-failed'],
    },
    'POST /subscriptions/{id}/verify': {
      operationId: 'verifySubscription',
      summary: 'Ask the receiver once more for its consent',
      tag: 'Subscriptions',
      idOf: 'subscription',
      isConditional: true,
      answer: { status: 200, description: 'What came of it.', body: written, hasEtag: true },
      problems: ['not-found', 'conflict', 'precondition-failed'],
    },
    'GET /subscriptions/{id}/secret': {
      operationId: 'revealSecret',
      summary: 'Read the signing secret',
      description: 'Is written to the audit log.',
      tag: 'Subscriptions',
      idOf: 'subscription',
      answer: {
        status: 200,
        description: 'The secret, and those before it that still sign.',
        body: revealed.extend({ previous: z.array(revealed) }),
      },
      problems: ['not-found'],
    },
    'POST /subscriptions/{id}/secret/rotate': {
      operationId: 'rotateSecret',
      summary: 'Replace the signing secret',
      description: 'Both sign until the overlap ends, so that the receiver can switch at any time. Audited.',
      tag: 'Subscriptions',
      idOf: 'subscription',
      body: rotationSchema,
      isBodyOptional: true,
      isConditional: true,
      answer: {
        status: 200,
        description: 'The new secret.',
        body: z.object({
          secret: signingSecret,
          previousExpiresAt: timestampSchema.nullable(),
          effectiveAt,
        }),
      },
      problems: ['invalid-json', 'not-found', 'conflict', 'precondition-failed'],
    },
  } as const satisfies Record<string, Operation>;
}
