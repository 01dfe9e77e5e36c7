import * as z from 'zod';

/** A time in a query, with any offset; read as UTC with milliseconds, in which form times sort as texts. */
export const queryTimeSchema = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-11-23T16:55:00Z' })
  .transform((text) => new Date(text).toISOString());
