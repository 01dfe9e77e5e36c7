import * as z from 'zod';
import { retryScheduleSchema } from '../core/retry-policy.ts';

/**
 * The environment of each function. The stacks fill it in by these types, so that a variable that a handler reads and
 * a stack forgets does not compile.
 */

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const positiveInt = z.coerce.number().int().positive();
const common = {
  TABLE_NAME: z.string().min(1),
  RETENTION_DAYS: positiveInt,
  METRICS_NAMESPACE: z.string().min(1),
};

/** Seconds between attempts, such as `0,5,300`. */
export const retryScheduleTextSchema = z
  .string()
  .regex(/^\d+(,\d+)*$/)
  .transform((text) => text.split(',').map(Number))
  .pipe(retryScheduleSchema);

const queues = { DELIVERY_QUEUE_URL: z.url(), RETRY_QUEUE_URL: z.url(), EXHAUSTED_QUEUE_URL: z.url() };

export const dispatcherEnvSchema = z.object({ ...common, ...queues });

export const delivererEnvSchema = z.object({
  ...common,
  ...queues,
  SECRETS_KEY_ID: z.string().min(1),
  RETRY_SCHEDULE_SECONDS: retryScheduleTextSchema,
  RETRY_HORIZON_SECONDS: positiveInt,
  QUEUE_MARGIN_SECONDS: positiveInt,
  CALLBACK_TIMEOUT_MS: positiveInt,
  CLAIM_LEASE_MS: positiveInt,
  ALLOW_PRIVATE_CALLBACKS: flag,
});

export const sweeperEnvSchema = z.object({ ...common, ...queues, SWEEP_LEASE_MS: positiveInt });

export const apiEnvSchema = z.object({
  ...common,
  SECRETS_KEY_ID: z.string().min(1),
  ALLOW_PRIVATE_CALLBACKS: flag,
});

export const authorizerEnvSchema = z.object({ ...common });

/** What a stack has to set for a function with this schema. */
export type FunctionEnv<Schema extends z.ZodObject> = { [Name in keyof z.input<Schema>]: string };

/** Reads a function's environment on cold start; throws with the variables' names, never with their values. */
export function readEnv<Schema extends z.ZodObject>(
  schema: Schema,
  variables: NodeJS.ProcessEnv,
): z.output<Schema> {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map((issue) => issue.path.join('.'));
  throw new Error(`environment variables missing or invalid: ${[...new Set(names)].join(', ')}`);
}
