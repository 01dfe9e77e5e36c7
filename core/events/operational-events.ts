import * as z from 'zod';
import { timestampSchema } from '../identifiers.ts';
import { type CatalogEntry, eventTypes } from './event-catalog.ts';
import {
  aboutSubscription,
  actorSchema,
  closedObject,
  explanationSchema,
  failureSchema,
} from './operational-data.ts';

/** `Source` of the events that this product publishes about an account's own webhooks. */
export const operationalSource = 'iomnihub.webhooks';

const subscription = {
  id: 'sub_2Nf8Qy',
  url: 'https://crm.example.com/********',
  description: 'Orders in the CRM',
};
const actor = { kind: 'api-key', id: 'key_5Rt1' };
const since = '2026-11-23T16:55:00.000Z';
const lastFailure = { reason: 'status', status: 503 };

/**
 * THE list of the events about an account's own webhooks. Their types, validation and documentation derive from it. No
 * value of an event or of a secret stands in their data. The identifier of a type stands in no other source file,
 * but for the one that raises it.
 */
export const operationalCatalog = [
  {
    type: 'webhook.subscription.failing',
    name: 'Webhook Failing',
    summary: 'Calls to a webhook failed so often that its deliveries wait.',
    data: aboutSubscription({
      since: timestampSchema,
      lastFailure: failureSchema,
      nextCallAt: timestampSchema.optional().meta({ description: 'When the receiver is tried again.' }),
    }),
    example: {
      subscription,
      since,
      lastFailure,
      nextCallAt: '2026-11-23T17:00:00.000Z',
      explanation: 'The receiver answers with 503. Its deliveries wait and are sent once it answers again.',
    },
  },
  {
    type: 'webhook.subscription.disabling',
    name: 'Webhook About to be Disabled',
    summary: 'A webhook that has failed for days is disabled soon.',
    data: aboutSubscription({
      since: timestampSchema,
      disablesAt: timestampSchema,
      lastFailure: failureSchema,
    }),
    example: {
      subscription,
      since,
      disablesAt: '2026-11-28T16:55:00.000Z',
      lastFailure,
      explanation: 'No call has succeeded since 2026-11-23. Repair the receiver before 2026-11-28.',
    },
  },
  {
    type: 'webhook.subscription.disabled',
    name: 'Webhook Disabled',
    summary: 'A webhook was disabled, by its owner or because of its receiver.',
    data: aboutSubscription({
      reason: z.enum(['gone', 'invalid-url', 'address-forbidden', 'failing', 'asked-by-receiver', 'owner']),
      actor: actorSchema.optional(),
      keptUntil: timestampSchema
        .optional()
        .meta({ description: 'Until then, deliveries that wait are sent if the webhook is enabled.' }),
    }),
    example: {
      subscription,
      reason: 'gone',
      keptUntil: '2026-11-24T16:55:00.000Z',
      explanation: 'The receiver answered with 410. Enable the webhook to receive what waits.',
    },
  },
  {
    type: 'webhook.subscription.recovered',
    name: 'Webhook Recovered',
    summary: 'A webhook that was failing answers again.',
    data: aboutSubscription({ since: timestampSchema }),
    example: {
      subscription,
      since,
      explanation: 'The receiver answers again. Its deliveries are on their way.',
    },
  },
  {
    type: 'webhook.subscription.paused',
    name: 'Webhook Paused',
    summary: 'A webhook was paused: its deliveries wait.',
    data: aboutSubscription({ until: timestampSchema, actor: actorSchema }),
    example: {
      subscription,
      until: '2026-11-23T17:55:00.000Z',
      actor,
      explanation: 'Deliveries wait until 17:55 UTC, or until the webhook is resumed.',
    },
  },
  {
    type: 'webhook.subscription.resumed',
    name: 'Webhook Resumed',
    summary: 'The pause of a webhook has ended.',
    data: aboutSubscription({
      actor: actorSchema.optional().meta({ description: 'Absent if the time of the pause was over.' }),
    }),
    example: { subscription, actor, explanation: 'The pause has ended. Deliveries are on their way.' },
  },
  {
    type: 'webhook.subscription.secret-rotated',
    name: 'Webhook Secret Rotated',
    summary: 'A webhook got a new signing secret.',
    data: aboutSubscription({
      actor: actorSchema,
      overlapEndsAt: timestampSchema.meta({ description: 'Until then, the old secret signs as well.' }),
    }),
    example: {
      subscription,
      actor,
      overlapEndsAt: '2026-11-24T16:55:00.000Z',
      explanation: 'The old secret signs as well until 2026-11-24 16:55 UTC. Store the new one before.',
    },
  },
  {
    type: 'webhook.subscription.changed',
    name: 'Webhook Changed',
    summary: 'The settings of a webhook were changed.',
    data: aboutSubscription({
      fields: z.array(z.string()).meta({ description: 'The names of the settings that were changed.' }),
      from: z.string().optional().meta({ description: 'The origin of the URL before, if it was changed.' }),
      to: z.string().optional().meta({ description: 'The origin of the URL since.' }),
      actor: actorSchema,
    }),
    example: {
      subscription,
      fields: ['url'],
      from: 'https://old.example.com',
      to: 'https://crm.example.com',
      actor,
      explanation: 'Callbacks now go to https://crm.example.com instead of https://old.example.com.',
    },
  },
  {
    type: 'webhook.delivery.exhausted',
    name: 'Deliveries Failed',
    summary: 'Deliveries to a webhook ended without success.',
    data: aboutSubscription({
      since: timestampSchema,
      count: z.int().positive().meta({ description: 'How many ended so since then.' }),
    }),
    example: {
      subscription,
      since,
      count: 3,
      explanation: 'Three deliveries had no attempt left. Send them again once the receiver answers.',
    },
  },
  {
    type: 'webhook.event.unprocessable',
    name: 'Event Not Processable',
    summary: 'iOmniHub published an event that cannot be delivered to any webhook.',
    data: closedObject({
      event: closedObject({
        id: z.string().optional(),
        type: z.string(),
        envelopeId: z.string().meta({ description: 'By it, support finds the event.' }),
      }),
      reason: z.string(),
      fields: z.array(z.string()).meta({ description: 'The names of the fields that are wrong.' }),
      explanation: explanationSchema,
    }),
    example: {
      event: { id: 'evt_9Wq2', type: eventTypes[0], envelopeId: '7bf73129-1428-4cd3-a780-95db273d1602' },
      reason: 'invalid-data',
      fields: ['detail.data.ticket.number'],
      explanation: 'iOmniHub published an event that nobody can receive. Its support team has been told.',
    },
  },
] as const satisfies readonly CatalogEntry[];

export type OperationalEventType = (typeof operationalCatalog)[number]['type'];

/** The shape of `data` for one operational type. */
export type OperationalEventData<Type extends OperationalEventType> = z.output<
  Extract<(typeof operationalCatalog)[number], { type: Type }>['data']
>;

/** An event about an account's own webhooks, told apart by `type`. */
export type OperationalEvent<Type extends OperationalEventType = OperationalEventType> = {
  readonly [One in Type]: {
    /** Unique in the account, and the same whenever the same notice is published again. */
    readonly id: string;
    readonly accountId: string;
    readonly type: One;
    /** ISO 8601, UTC. */
    readonly occurredAt: string;
    readonly data: OperationalEventData<One>;
  };
}[Type];

export const operationalTypes = operationalCatalog.map(({ type }) => type) as [
  OperationalEventType,
  ...OperationalEventType[],
];

export const operationalTypeSchema = z.enum(operationalTypes);
