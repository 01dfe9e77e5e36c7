import * as z from 'zod';
import { emailsSchema, externalIdsSchema, phonesSchema } from './contact.ts';
import { customFieldsSchema } from './custom-fields.ts';
import { publishedTimeSchema } from './published-time.ts';
import { channelSchema } from './ticket.ts';

export const customerSchema = z.looseObject({
  id: z.string(),
  name: z.string().nullable(),
  phones: phonesSchema,
  emails: emailsSchema,
  channel: channelSchema,
  externalIds: externalIdsSchema,
  customFields: customFieldsSchema.optional(),
  locale: z.string().nullable().meta({ description: 'BCP 47 language tag, such as pt-BR.' }),
  createdAt: publishedTimeSchema,
});
