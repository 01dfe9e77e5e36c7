import * as z from 'zod';
import { publishedTimeSchema } from './published-time.ts';
import { channelSchema } from './ticket.ts';

export const customerSchema = z.looseObject({
  id: z.string(),
  name: z.string().nullable(),
  phones: z.array(z.string()).meta({ description: 'In E.164 form, such as +5511987654321.' }),
  emails: z.array(z.string()),
  channel: channelSchema,
  externalIds: z
    .record(z.string(), z.string())
    .meta({ description: 'Identifiers in other systems by system name, for matching in a CRM.' }),
  locale: z.string().nullable().meta({ description: 'BCP 47 language tag, such as pt-BR.' }),
  createdAt: publishedTimeSchema,
});
