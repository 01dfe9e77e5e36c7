import * as z from 'zod';

/** Fields that an account has defined itself, by name. */
export const customFieldsSchema = z
  .record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())], {
      error: 'must be a string, a number, true, false, null or an array of strings',
    }),
  )
  .meta({
    description: 'Fields that the account has defined itself. A choice of several values is an array.',
  });
