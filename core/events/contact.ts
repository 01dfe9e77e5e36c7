import * as z from 'zod';

/** What a CRM knows a customer by. */

export const phonesSchema = z
  .array(z.string())
  .meta({ description: 'In E.164 form, such as +5511987654321.' });

export const emailsSchema = z.array(z.string());

export const externalIdsSchema = z
  .record(z.string(), z.string())
  .meta({ description: 'Identifiers in other systems by system name, for matching in a CRM.' });
