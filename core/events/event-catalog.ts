import * as z from 'zod';
import { slugSchema } from '../identifiers.ts';
import { correlationSchema } from './correlation.ts';
import { customerSchema } from './customer.ts';
import { publishedTimeSchema } from './published-time.ts';
import { actorSchema, messageSchema, ticketSchema } from './ticket.ts';

/**
 * One kind of event that account owners can subscribe to. `type` is its identifier everywhere: EventBridge
 * detail-type, subscription, payload, queue and metric. `name` is what iOmniHub's own screens call it.
 */
export interface CatalogEntry {
  readonly type: string;
  readonly name: string;
  readonly summary: string;
  readonly data: z.ZodObject;
  readonly example: Readonly<Record<string, unknown>>;
}

const exampleTicket = {
  id: 'tkt_7Hq2mZ',
  number: 48213,
  subject: null,
  status: 'open',
  priority: 'normal',
  channel: 'whatsapp',
  tags: ['order'],
  assignee: null,
  customer: {
    id: 'cus_b41Xw9',
    name: 'Marina Duarte',
    handle: '+5511987654321',
    phones: ['+5511987654321'],
    emails: ['marina.duarte@example.com'],
    externalIds: { crm: '0034x00001' },
  },
  inbox: { id: 'inb_2', name: 'WhatsApp Brazil' },
  conversationId: 'cnv_9Kd3Lp',
  customFields: { order_number: '5531', products: ['kettle', 'teapot'], is_gift: false },
  url: 'https://app.iomnihub.example/tickets/48213',
  createdAt: '2026-11-23T16:55:00.000Z',
  updatedAt: '2026-11-23T16:55:00.000Z',
};
const exampleAssignee = { id: 'agt_19', name: 'Joana Prado', team: 'Orders' };
const exampleAgent = { type: 'agent', id: 'agt_19', name: 'Joana Prado' };

/** The data of an event, which may be one of several that an action has caused. */
function eventData<const Fields extends z.ZodRawShape>(fields: Fields) {
  return z.looseObject({ ...fields, correlation: correlationSchema.optional() });
}

/**
 * THE list of events. Types, validation, EventBridge rules, queues, alarms, the local bus and the documentation
 * derive from it. To add an event type, add one entry here; its identifier stands in no other source file.
 */
export const eventCatalog = [
  {
    type: 'ticket.created',
    name: 'Ticket Create',
    summary: 'A customer or an agent opened a ticket.',
    data: eventData({ ticket: ticketSchema, actor: actorSchema, message: messageSchema.nullable() }),
    example: {
      ticket: exampleTicket,
      actor: { type: 'customer', id: 'cus_b41Xw9', name: 'Marina Duarte' },
      message: {
        id: 'msg_0d81',
        text: 'Hi! My order 5531 has not arrived yet.',
        attachments: [],
        sentAt: '2026-11-23T16:54:58.000Z',
      },
      correlation: { id: 'act_c81Vq2', index: 2, count: 2 },
    },
  },
  {
    type: 'ticket.resolved',
    name: 'Ticket Resolve',
    summary: 'A ticket was marked as resolved.',
    data: eventData({
      ticket: ticketSchema,
      actor: actorSchema,
      resolution: z.looseObject({
        code: slugSchema.nullable().meta({ description: 'The resolution that the account defined.' }),
        note: z.string().nullable(),
        resolvedAt: publishedTimeSchema,
        timeToFirstReplySeconds: z.int().nonnegative().nullable(),
        timeToResolutionSeconds: z
          .int()
          .nonnegative()
          .meta({ description: 'Since creation or the last reopening.' }),
        reopenCount: z.int().nonnegative(),
      }),
    }),
    example: {
      ticket: {
        ...exampleTicket,
        status: 'resolved',
        assignee: exampleAssignee,
        updatedAt: '2026-11-23T17:20:30.000Z',
      },
      actor: exampleAgent,
      resolution: {
        code: 'answered',
        note: 'Carrier confirmed delivery for tomorrow.',
        resolvedAt: '2026-11-23T17:20:30.000Z',
        timeToFirstReplySeconds: 84,
        timeToResolutionSeconds: 1530,
        reopenCount: 0,
      },
    },
  },
  {
    type: 'ticket.tagged',
    name: 'Ticket Tag',
    summary: "A ticket's tags were changed.",
    data: eventData({
      ticket: ticketSchema,
      actor: actorSchema,
      tagsAdded: z.array(z.string()),
      tagsRemoved: z.array(z.string()),
    }),
    example: {
      ticket: { ...exampleTicket, tags: ['order', 'late-delivery'], updatedAt: '2026-11-23T16:58:12.000Z' },
      actor: { type: 'api', id: null, name: 'Order sync', clientId: 'cli_4nT7' },
      tagsAdded: ['late-delivery'],
      tagsRemoved: [],
    },
  },
  {
    type: 'ticket.reopened',
    name: 'Ticket Reopen',
    summary: 'A resolved ticket was opened again.',
    data: eventData({
      ticket: ticketSchema,
      actor: actorSchema,
      reopening: z.looseObject({
        reason: slugSchema.meta({ examples: ['customer_replied', 'agent_reopened', 'automation'] }),
        reopenedAt: publishedTimeSchema,
        previouslyResolvedAt: publishedTimeSchema,
        reopenCount: z.int().positive().meta({ description: 'Including this time.' }),
      }),
      message: messageSchema
        .nullable()
        .meta({ description: 'The reply that reopened the ticket, if one did.' }),
    }),
    example: {
      ticket: { ...exampleTicket, assignee: exampleAssignee, updatedAt: '2026-11-24T09:02:41.000Z' },
      actor: { type: 'customer', id: 'cus_b41Xw9', name: 'Marina Duarte' },
      reopening: {
        reason: 'customer_replied',
        reopenedAt: '2026-11-24T09:02:41.000Z',
        previouslyResolvedAt: '2026-11-23T17:20:30.000Z',
        reopenCount: 1,
      },
      message: {
        id: 'msg_0e02',
        text: 'It still has not arrived.',
        attachments: [],
        sentAt: '2026-11-24T09:02:40.000Z',
      },
    },
  },
  {
    type: 'customer.created',
    name: 'Customer Create',
    summary: 'A customer was added, by a first message or by an agent.',
    data: eventData({ customer: customerSchema, actor: actorSchema }),
    example: {
      customer: {
        id: 'cus_b41Xw9',
        name: 'Marina Duarte',
        phones: ['+5511987654321'],
        emails: ['marina.duarte@example.com'],
        channel: 'whatsapp',
        externalIds: { crm: '0034x00001' },
        customFields: { loyalty_tier: 'gold', points: 1200, birthday: null },
        locale: 'pt-BR',
        createdAt: '2026-11-23T16:54:58.000Z',
      },
      actor: { type: 'customer', id: 'cus_b41Xw9', name: 'Marina Duarte' },
      correlation: { id: 'act_c81Vq2', index: 1, count: 2 },
    },
  },
] as const satisfies readonly CatalogEntry[];

export type EventType = (typeof eventCatalog)[number]['type'];

/** The shape of `data` for one event type, as the publisher accepts it. */
export type EventData<Type extends EventType> = z.input<
  Extract<(typeof eventCatalog)[number], { type: Type }>['data']
>;

export const eventTypes = eventCatalog.map((entry) => entry.type) as [EventType, ...EventType[]];

export const eventTypeSchema = z.enum(eventTypes);

/** `Source` of every event that the helpdesk publishes. The EventBridge rules match no other source. */
export const eventSource = 'iomnihub.helpdesk';

export function catalogEntryOf(type: EventType): (typeof eventCatalog)[number] {
  const entry = eventCatalog.find((candidate) => candidate.type === type);
  if (!entry) throw new Error(`event type ${type} is not in the catalog`);
  return entry;
}
