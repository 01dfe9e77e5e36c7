import * as z from 'zod';
import { slugSchema } from '../identifiers.ts';
import { emailsSchema, externalIdsSchema, phonesSchema } from './contact.ts';
import { customFieldsSchema } from './custom-fields.ts';
import { publishedTimeSchema } from './published-time.ts';

/**
 * Every object is loose, so that fields which the helpdesk adds before the catalog knows them still reach receivers.
 */

export const channelSchema = slugSchema.meta({
  description: 'Where the conversation takes place.',
  examples: ['whatsapp', 'messenger', 'instagram', 'telegram', 'sms', 'email', 'webchat', 'phone'],
});

export const actorSchema = z
  .looseObject({
    type: z.enum(['agent', 'customer', 'automation', 'api']),
    id: z.string().nullable(),
    name: z.string().nullable(),
    clientId: z.string().optional().meta({
      description:
        'The client of the iOmniHub API whose call caused the event. By it, an integration can ignore its own writes.',
    }),
  })
  .meta({
    description: 'Who caused the event. `automation` is a rule or a bot, which has no person behind it.',
  });

export const ticketSchema = z
  .looseObject({
    id: z.string(),
    number: z.int().positive().meta({ description: 'The number that agents and customers see.' }),
    subject: z.string().nullable().meta({ description: 'Null on channels that have no subject line.' }),
    status: z.enum(['open', 'pending', 'on_hold', 'resolved', 'closed']),
    priority: z.enum(['low', 'normal', 'high', 'urgent']),
    channel: channelSchema,
    tags: z.array(z.string()),
    assignee: z
      .looseObject({ id: z.string(), name: z.string(), team: z.string().nullable() })
      .nullable()
      .meta({ description: 'Null while nobody has taken the ticket.' }),
    customer: z.looseObject({
      id: z.string(),
      name: z.string().nullable(),
      handle: z
        .string()
        .nullable()
        .meta({ description: 'Phone number, e-mail address or user name on the channel.' }),
      phones: phonesSchema.optional(),
      emails: emailsSchema.optional(),
      externalIds: externalIdsSchema.optional(),
    }),
    inbox: z
      .looseObject({ id: z.string(), name: z.string() })
      .optional()
      .meta({ description: 'Where the ticket came in.' }),
    conversationId: z
      .string()
      .optional()
      .meta({ description: 'The conversation that the ticket is part of.' }),
    customFields: customFieldsSchema.optional(),
    url: z.url().meta({ description: 'The ticket in the agent workspace.' }),
    createdAt: publishedTimeSchema,
    updatedAt: publishedTimeSchema,
  })
  .meta({ description: 'The ticket as it is after the event.' });

export const messageSchema = z.looseObject({
  id: z.string(),
  text: z.string().nullable().meta({ description: 'Null for a message that holds only attachments.' }),
  attachments: z.array(
    z.looseObject({ url: z.url(), contentType: z.string(), sizeBytes: z.int().nonnegative() }),
  ),
  sentAt: publishedTimeSchema,
});
