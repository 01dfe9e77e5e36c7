import type * as z from 'zod';

/**
 * One line of field paths and rules, such as `detail.accountId: must be 1 to 64 letters, digits, "_" or "-"`. Paths
 * contain the publisher's own keys, so characters that an SQS message attribute may refuse become "?".
 */
export function explain(error: z.ZodError, root?: string): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${[...(root ? [root] : []), ...issue.path].join('.') || 'value'}: ${issue.message}`)
    .join('; ')
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, 1_000);
}
