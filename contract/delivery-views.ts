import * as z from 'zod';
import { describeCallback } from '../core/deliveries/callback-headers.ts';
import {
  type Attempt,
  cancellationReasons,
  type Delivery,
  type DeliveryRef,
  type DeliveryState,
  deliveryIdOf,
} from '../core/deliveries/delivery.ts';
import { webhookTimestamp } from '../core/deliveries/signature.ts';
import { identifierSchema, timestampSchema } from '../core/identifiers.ts';
import { deliveryDirectives } from '../core/receivers/delivery-directive.ts';
import { callPhases, failureReasons } from '../core/receivers/delivery-outcome.ts';
import { mask } from '../core/receivers/response-excerpt.ts';
import { parkReasons } from '../core/subscriptions/parking.ts';
import { type DeliverySurroundings, explainDelivery } from './delivery-explanations.ts';
import { sayFailure } from './failure-explanations.ts';
import { sentenceView } from './sentences.ts';

/** Deliveries as their owner sees them. A claimed delivery still waits for him, and an exhausted one has failed. */

export const deliveryStatuses = ['waiting', 'parked', 'delivered', 'failed', 'cancelled'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

const statusesByState: Readonly<Record<DeliveryState, DeliveryStatus>> = {
  waiting: 'waiting',
  claimed: 'waiting',
  parked: 'parked',
  delivered: 'delivered',
  exhausted: 'failed',
  cancelled: 'cancelled',
};

export function statusOf({ state }: Delivery): DeliveryStatus {
  return statusesByState[state];
}

export function statesOf(statuses: readonly DeliveryStatus[]): DeliveryState[] {
  const states = Object.keys(statusesByState) as DeliveryState[];
  return states.filter((state) => statuses.includes(statusesByState[state]));
}

export const deliveryView = z
  .object({
    id: z.string().meta({ description: 'Identifies the delivery. Never changes.' }),
    subscriptionId: identifierSchema,
    eventId: identifierSchema.meta({ description: 'The receiver sees it as `webhook-id`.' }),
    eventType: z.string(),
    acceptedAt: timestampSchema.meta({ description: 'When iOmniHub accepted the event.' }),
    status: z.enum(deliveryStatuses).meta({
      description:
        '`parked`: no attempt is planned, and none is used up. It goes on once its subscription does, or ends with its horizon.',
    }),
    reason: z
      .enum([
        ...failureReasons,
        'aborted',
        'challenge-not-echoed',
        'expired',
        ...cancellationReasons,
        ...parkReasons,
      ])
      .optional()
      .meta({ description: 'Why it has failed, was cancelled or is kept back.' }),
    attemptCount: z.int().nonnegative(),
    responseStatus: z
      .int()
      .optional()
      .meta({ description: 'The HTTP status of the answer to the latest attempt, if there was one.' }),
    sentences: z
      .array(sentenceView)
      .meta({ description: 'What became of it, why, and what its owner can do.' }),
    updatedAt: timestampSchema,
    nextAttemptAt: timestampSchema.optional().meta({
      description: 'When the next attempt is planned. Absent during an attempt, and if no other will follow.',
    }),
  })
  .meta({ id: 'Delivery', description: 'One event on its way to one subscription.' });

export const attemptView = z
  .object({
    startedAt: timestampSchema,
    durationMs: z.int().nonnegative(),
    outcome: z.enum(['success', 'failure']),
    reason: z.enum(failureReasons).optional(),
    refusal: z
      .string()
      .optional()
      .meta({ description: 'The rule that forbids the URL or the address, if that is the reason.' }),
    refusedAddress: z
      .string()
      .optional()
      .meta({ description: 'The address that is not public, if that is the reason.' }),
    errorCode: z.string().optional().meta({
      description:
        'What exactly is wrong with the certificate or the handshake, if the reason is `tls`, such as `CERT_HAS_EXPIRED`.',
    }),
    phase: z.enum(callPhases).optional().meta({
      description:
        'What was not done in time, if the reason is `timeout`: to connect, the TLS handshake, to begin an answer, or to send its status.',
    }),
    status: z.int().optional().meta({ description: 'The HTTP status of the answer, if there was one.' }),
    directive: z
      .enum(deliveryDirectives)
      .optional()
      .meta({ description: 'What the answer asked for by its header `webhook-delivery`.' }),
    sentences: z
      .array(sentenceView)
      .optional()
      .meta({ description: 'Why it has failed, and what the owner can do. Absent if it has not.' }),
    remoteAddress: z
      .string()
      .optional()
      .meta({ description: 'The IP address of the connection that the call was made on.' }),
    responseExcerpt: z.string().optional().meta({
      description:
        "The start of the receiver's answer, with header values masked: up to 16 KiB for a test and for what its owner has sent again, else 512 bytes, or 256 of a first attempt that succeeded. Hostile text: never show it as HTML.",
    }),
    request: z.object({
      method: z.literal('POST'),
      origin: z.string().meta({
        description:
          'Scheme, host and port. The path is often a credential, and is not stored with attempts.',
      }),
      headers: z.record(z.string(), z.string()).meta({ description: 'Secret values are masked.' }),
    }),
  })
  .meta({ id: 'Attempt', description: 'One call to a receiver.' });

export const deliveryDetailView = deliveryView
  .extend({
    attempts: z.array(attemptView).meta({ description: 'The latest 50, oldest first.' }),
    body: z
      .string()
      .nullable()
      .meta({ description: 'The exact text that every attempt sends. Null once it is no longer stored.' }),
  })
  .meta({ id: 'DeliveryDetail' });

/** Without its surroundings, the sentences of a delivery that is open say less. */
export function presentDelivery(
  delivery: Delivery,
  around?: DeliverySurroundings,
): z.output<typeof deliveryView> {
  const { subscriptionId, eventId, eventType, acceptedAt, attemptCount, updatedAt } = delivery;
  return {
    id: deliveryIdOf(delivery),
    subscriptionId,
    eventId,
    eventType,
    acceptedAt,
    status: statusOf(delivery),
    reason: 'reason' in delivery ? delivery.reason : undefined,
    attemptCount,
    responseStatus: delivery.responseStatus,
    sentences: explainDelivery(delivery, around),
    updatedAt,
    nextAttemptAt: delivery.state === 'waiting' ? delivery.nextAttemptAt : undefined,
  };
}

export function presentAttempt(
  delivery: DeliveryRef,
  { startedAt, outcome, sent }: Attempt,
): z.output<typeof attemptView> {
  const { kind, durationMs, status, directive, remoteAddress, responseExcerpt } = outcome;
  const { reason, refusal, refusedAddress, errorCode, phase } = outcome.kind === 'failure' ? outcome : {};
  const headers = {
    'content-type': 'application/json',
    'user-agent': sent.userAgent,
    // Earlier versions did not send them.
    ...(sent.attempt === undefined
      ? {}
      : describeCallback(delivery, { attempt: sent.attempt, isTest: sent.isTest ?? false })),
    'webhook-id': delivery.eventId,
    'webhook-timestamp': webhookTimestamp(new Date(startedAt)),
    // Not a secret, but a reader of the log could use it for five minutes.
    'webhook-signature': mask,
    ...Object.fromEntries(sent.customHeaders.map((name) => [name, mask])),
  };
  return {
    startedAt,
    durationMs,
    outcome: kind,
    reason,
    refusal,
    refusedAddress,
    errorCode,
    phase,
    status,
    directive,
    sentences: reason && sayFailure(reason, status, phase),
    remoteAddress,
    responseExcerpt,
    request: { method: 'POST', origin: sent.origin, headers },
  };
}
