import * as z from 'zod';

/** A time in a query, with any offset; read as UTC with milliseconds, in which form times sort as texts. */
export const queryTimeSchema = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-11-23T16:55:00Z' })
  .transform((text) => new Date(text).toISOString())
  // An offset may lead out of the years that sort as texts.
  .refine((text) => /^\d{4}-/.test(text), 'must be a time of the years 0000 to 9999');

/** Of a list's query: the beginning and the end of a time, both included. */
export const timeRange = { since: queryTimeSchema.optional(), until: queryTimeSchema.optional() };

export function isInOrder({ since, until }: { readonly since?: string; readonly until?: string }): boolean {
  return since === undefined || until === undefined || since <= until;
}

export const notInOrder = { path: ['since'], error: 'must not be after until' };
