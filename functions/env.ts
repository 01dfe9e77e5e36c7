import * as z from 'zod';
import { retryScheduleSchema } from '../core/deliveries/retry-policy.ts';
import type { CallbackUrlRules } from '../core/receivers/callback-address.ts';

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

/** How long a function goes by what it has read of a subscription or an account. */
const cache = { CACHE_MS: positiveInt };

export const dispatcherEnvSchema = z.object({ ...common, ...cache, DELIVERY_QUEUE_URL: z.url() });

/** Ports such as `443,8443`. */
export const portsTextSchema = z
  .string()
  .regex(/^\d{1,5}(,\d{1,5})*$/)
  .transform((text) => text.split(',').map(Number))
  .pipe(z.array(z.int().min(1).max(65_535)));

/** Host names such as `iomnihub.com,iomnihub.app`; may be empty. */
export const hostsTextSchema = z
  .string()
  .regex(/^([a-z0-9.-]+(,[a-z0-9.-]+)*)?$/)
  .transform((text) => text.split(',').filter(Boolean));

/** Where callbacks may go, and how many a second. */
const callbackRules = {
  ALLOW_PRIVATE_CALLBACKS: flag,
  CALLBACK_PORTS: portsTextSchema,
  OWN_HOSTS: hostsTextSchema,
  ACCOUNT_RATE_PER_SECOND: positiveInt,
  HOST_RATE_PER_SECOND: positiveInt,
};

export const delivererEnvSchema = z.object({
  ...common,
  ...cache,
  ...callbackRules,
  RETRY_QUEUE_URL: z.url(),
  EXHAUSTED_QUEUE_URL: z.url(),
  SECRETS_KEY_ID: z.string().min(1),
  RETRY_SCHEDULE_SECONDS: retryScheduleTextSchema,
  RETRY_HORIZON_SECONDS: positiveInt,
  QUEUE_MARGIN_SECONDS: positiveInt,
  CALLBACK_TIMEOUT_MS: positiveInt,
  CLAIM_LEASE_MS: positiveInt,
});

export const sweeperEnvSchema = z.object({
  ...common,
  RETRY_QUEUE_URL: z.url(),
  SWEEP_LEASE_MS: positiveInt,
  SWEEP_SPREAD_SECONDS: positiveInt,
});

export const apiEnvSchema = z.object({
  ...common,
  ...cache,
  ...callbackRules,
  SECRETS_KEY_ID: z.string().min(1),
  CURSOR_KEY_ID: z.string().min(1),
  RETRY_QUEUE_URL: z.url(),
  QUEUE_MARGIN_SECONDS: positiveInt,
  CALLBACK_TIMEOUT_MS: positiveInt,
  RECEIVER_VERIFICATION: z.enum(['off', 'required']),
});

export const authorizerEnvSchema = z.object({ ...common });

/** The rules for callbacks as the adapters take them. */
export function callbackUrlRules(env: z.output<z.ZodObject<typeof callbackRules>>): CallbackUrlRules {
  return {
    allowPrivateCallbacks: env.ALLOW_PRIVATE_CALLBACKS,
    allowedPorts: env.CALLBACK_PORTS,
    ownHosts: env.OWN_HOSTS,
  };
}

/** What a stack has to set for a function with this schema. */
export type FunctionEnv<Schema extends z.ZodObject> = { [Name in keyof z.input<Schema>]: string };

/** With one of them, what the guard has vetted would not be what is connected to. */
const proxyVariables = /^((https?|all|no)_proxy|node_use_env_proxy)$/i;

/** Reads a function's environment on cold start; throws with the variables' names, never with their values. */
export function readEnv<Schema extends z.ZodObject>(
  schema: Schema,
  variables: NodeJS.ProcessEnv,
): z.output<Schema> {
  const proxies = Object.keys(variables).filter((name) => proxyVariables.test(name));
  if (proxies.length > 0) throw new Error(`environment variables must not be set: ${proxies.join(', ')}`);
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map(({ path }) => String(path[0]));
  throw new Error(`environment variables missing or invalid: ${[...new Set(names)].join(', ')}`);
}
