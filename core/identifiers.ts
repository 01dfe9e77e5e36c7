import * as z from 'zod';

/** Identifiers that the helpdesk chooses (accounts, events). They are safe in a key, a URL and a log line. */
export const identifierSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "_" or "-"');

/** ISO 8601 in UTC, such as `2026-11-23T16:55:00.000Z`. */
export const timestampSchema = z.iso.datetime({
  error: 'must be an ISO 8601 time in UTC, such as 2026-11-23T16:55:00.000Z',
});

/**
 * A value of a set that the helpdesk may extend (channels, reasons). A new value must pass, or its event would be
 * lost.
 */
export const slugSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'must be a lower-case identifier such as "whatsapp"');
