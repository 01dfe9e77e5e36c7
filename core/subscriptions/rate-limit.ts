import * as z from 'zod';

const calls = '`calls` must be a whole number from 1 to 1000';
const perSeconds = '`perSeconds` must be 1 (calls a second) or 60 (calls a minute)';
const shape = 'must be { "calls": 1 to 1000, "perSeconds": 1 or 60 }';

/** How many callbacks a second or a minute an owner wants at most. */
export const rateLimitSchema = z
  .strictObject(
    {
      calls: z.int(calls).min(1, calls).max(1_000, calls),
      perSeconds: z.literal([1, 60], perSeconds),
    },
    shape,
  )
  .meta({
    description:
      'At most `calls` callbacks in `perSeconds` seconds: 1 or 60. Others wait for their turn, and lose no attempt. Calls of a minute are spread over it.',
    examples: [{ calls: 30, perSeconds: 60 }],
  });
export type RateLimit = z.output<typeof rateLimitSchema>;

/** Fields that requests had before, and what to write instead. */
export const formerFields: Readonly<Record<string, string>> = {
  rateLimitPerSecond:
    'is no longer a field: write "rateLimit": { "calls": 5, "perSeconds": 1 } for five calls a second',
};

interface OldRateLimit {
  readonly rateLimitPerSecond?: number;
}

/** A stored subscription with its limit as it is written today. */
export function withRateLimit<Stored extends { readonly rateLimit?: RateLimit }>(
  stored: Stored & OldRateLimit,
): Stored {
  const { rateLimitPerSecond, ...subscription } = stored;
  if (rateLimitPerSecond === undefined) return stored;
  const rateLimit = { calls: rateLimitPerSecond, perSeconds: 1 };
  return { rateLimit, ...subscription } as unknown as Stored;
}
