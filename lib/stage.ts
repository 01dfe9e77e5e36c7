import type { Node } from 'constructs';
import * as z from 'zod';
import { hostsTextSchema, portsTextSchema, retryScheduleTextSchema } from '../functions/env.ts';

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], {
  error: 'must be true or false',
});

/** The CDK CLI gives every setting as text. */
function wholeNumber(unit: string, min: number, max: number) {
  const error = `must be a whole number of ${unit} from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

const localHosts = ['localhost', '127.0.0.1'];

/** Exactly as browsers send it, or it would never match: no path, no slash at the end, no port that is the default. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (url?.origin !== text || !/^[a-z0-9.-]+$/.test(url.hostname)) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && localHosts.includes(url.hostname));
}

/** The settings of one stage, from CDK context: `npx cdk deploy -c stage=prod -c retryScheduleSeconds=0,5,300`. */
const stageSchema = z
  .object({
    stage: z
      .string()
      .regex(/^[a-z][a-z0-9]{0,15}$/, 'must be 1 to 16 lower-case letters and digits')
      .default('dev'),
    /** ARN of the principal that may publish events from another account. */
    publisherPrincipalArn: z
      .string()
      .startsWith(
        'arn:',
        'must be the ARN of an IAM principal, such as arn:aws:iam::111122223333:role/helpdesk',
      )
      .optional(),
    retryScheduleSeconds: z
      .string()
      .default('0,5,300,1800,7200,18000,36000,50400,72000,86400')
      .refine(
        (text) => /^\d+(,\d+)*$/.test(text) && retryScheduleTextSchema.safeParse(text).success,
        'must be seconds such as 0,5,300: 0 first, at most 10 gaps of 15 minutes or less',
      ),
    retryHorizonSeconds: wholeNumber('seconds', 1, 7 * 24 * 3600).default(7 * 24 * 3600),
    callbackTimeoutMs: wholeNumber('milliseconds', 1_000, 20_000).default(15_000),
    /** How long functions go by what they have read of a subscription or an account: changes count after it. */
    cacheMs: wholeNumber('milliseconds', 100, 5_000).default(5_000),
    /** Visibility timeouts, and with them how soon work of a crashed function is taken up, derive from the two. */
    dispatcherTimeoutSeconds: wholeNumber('seconds', 2, 120).default(30),
    /** How long events, deliveries and attempts can be looked up: the longest horizon, and then a dead letter's time. */
    retentionDays: wholeNumber('days', 21, 3_650).default(30),
    /** Invocations of the deliverer at a time for each of its queues, of up to ten calls each. */
    maxDeliverers: wholeNumber('invocations', 2, 1_000).default(100),
    /** Ports that callback URLs may name. */
    callbackPorts: z
      .string()
      .default('443,8443')
      .refine((text) => portsTextSchema.safeParse(text).success, 'must be ports such as 443,8443'),
    /** Domains of iOmniHub itself, with all below them: no callback may go there. */
    ownHosts: z
      .string()
      .default('')
      .refine(
        (text) => hostsTextSchema.safeParse(text).success,
        'must be host names in lower case such as iomnihub.example,api.iomnihub.example',
      ),
    /** required: a receiver has to echo a challenge before it gets callbacks. No-code receivers cannot. */
    receiverVerification: z.enum(['off', 'required'], 'must be off or required').default('off'),
    /** Calls a second to all receivers of one account, and to one host for all accounts; more of them wait. */
    accountRatePerSecond: wholeNumber('calls', 1, 100_000).default(500),
    hostRatePerSecond: wholeNumber('calls', 1, 100_000).default(200),
    /** Origins of the pages whose scripts may call the API, such as https://app.iomnihub.example; by default none. */
    corsOrigins: z
      .string()
      .default('')
      .transform((text) => (text === '' ? [] : text.split(',')))
      .refine(
        (origins) => origins.every(isOrigin),
        'must be origins as browsers send them, such as https://app.iomnihub.example,https://crm.example.com:8443: ' +
          'no path, no *, http for localhost and 127.0.0.1 only',
      ),
    /** Lets callbacks reach plain http and private addresses. Never in production. */
    allowPrivateCallbacks: flag.default(false),
  })
  .refine(({ stage, allowPrivateCallbacks }) => !(stage === 'prod' && allowPrivateCallbacks), {
    path: ['allowPrivateCallbacks'],
    message: 'must not be set for stage=prod: account owners could make us call our own network',
  })
  .transform((settings) => ({
    ...settings,
    /** Three receivers in a row that use up the whole deadline; the connections of a batch run side by side. */
    delivererTimeoutSeconds: Math.ceil((settings.callbackTimeoutMs * 3) / 1_000),
    /** A claim outlives the function that made it. */
    claimLeaseMs: settings.callbackTimeoutMs * 4,
    queueMarginSeconds: Math.ceil((settings.callbackTimeoutMs * 4) / 1_000),
    /** Long enough for a message to get its turn on a busy retry queue: a second one would make the first void. */
    sweepLeaseMs: settings.callbackTimeoutMs * 20,
    /** What a sweep sends to one subscription spreads over the minute; no longer than a quarter of the lease. */
    sweepSpreadSeconds: Math.min(55, Math.floor((settings.callbackTimeoutMs * 5) / 1_000)),
  }));

export type Stage = z.output<typeof stageSchema>;

/** Reads the stage from the context of the app; throws one line per setting that does not fit. */
export function readStage(node: Node): Stage {
  const names = Object.keys(stageSchema.in.shape);
  const unknown = Object.keys(node.getAllContext()).filter(
    (name) => /^\w+$/.test(name) && !names.includes(name),
  );
  if (unknown.length > 0)
    throw new Error(`-c ${unknown.join(', ')}: no such setting; there are ${names.join(', ')}`);
  const given = Object.fromEntries(names.map((name) => [name, node.tryGetContext(name) ?? undefined]));
  const parsed = stageSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  -c ${path.join('.')}: ${message}`);
  throw new Error(`these stage settings do not fit:\n${lines.join('\n')}`);
}

/** Name of a resource that operators look for by name. */
export function resourceName({ stage }: Stage, name: string): string {
  return `iomnihub-webhooks-${stage}-${name}`;
}

/** CloudWatch namespace of what the functions count. */
export function metricsNamespace(stage: Stage): string {
  return resourceName(stage, 'metrics');
}
