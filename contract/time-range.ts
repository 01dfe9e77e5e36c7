import * as z from 'zod';

/** A time as callers write it, with any offset. It is read as UTC with milliseconds: in that form, times sort as texts. */
export const givenTimeSchema = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-11-23T16:55:00Z' })
  .transform((text) => new Date(text).toISOString())
  // An offset may lead out of the years that sort as texts.
  .refine((text) => /^\d{4}-/.test(text), 'must be a time of the years 0000 to 9999');

/** The query parameters for a range of time, both ends included. */
export const timeRange = { since: givenTimeSchema.optional(), until: givenTimeSchema.optional() };

export function isInOrder({
  since,
  until,
}: {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}): boolean {
  return since === undefined || until === undefined || since <= until;
}

export const notInOrder = { path: ['since'], error: 'must not be after until' };
