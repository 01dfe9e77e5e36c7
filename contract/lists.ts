import * as z from 'zod';

const maxPageSize = 100;

const pageSizeError = `must be a whole number from 1 to ${maxPageSize}`;
export const cursorError = 'must be a nextCursor of this very list, with the same filter';

/** The query parameters of every list that has pages. */
export const pageParameters = {
  limit: z.coerce
    .number(pageSizeError)
    .int(pageSizeError)
    .min(1, pageSizeError)
    .max(maxPageSize, pageSizeError)
    .default(maxPageSize),
  cursor: z.string().max(1_000, cursorError).optional(),
};

/** The answer of every list. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z
      .string()
      .nullable()
      .meta({ description: '`cursor` of the next page; null on the last one.' }),
  });
}
