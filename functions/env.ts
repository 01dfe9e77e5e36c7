import * as z from 'zod';
import type { CallbackUrlRules } from '../core/receivers/callback-address.ts';
import type { Settings } from '../core/settings/derived-settings.ts';
import { pickSettings, type SettingName, settingShape } from '../core/settings/setting-variables.ts';

/**
 * What a function reads from its environment. `resources` are set by its stack, which is typed by this file: a
 * missing variable does not compile. `settings` are the stage's settings that the function uses; each stack sets them
 * from these lists.
 */
export interface FunctionEnv<Resources extends z.ZodRawShape, Name extends SettingName> {
  readonly resources: Resources;
  readonly settings: readonly Name[];
}

const nonEmpty = z.string().min(1);
const common = { TABLE_NAME: nonEmpty, METRICS_NAMESPACE: nonEmpty };
const urlSettings = ['allowPrivateCallbacks', 'callbackPorts', 'ownHosts'] as const;

const healthSettings = [
  'breakerFailures',
  'breakerMinSeconds',
  'breakerMaxSeconds',
  'disableAfterSeconds',
] as const;

const dispatcherResources = { ...common, DELIVERY_QUEUE_URL: z.url(), EVENT_BUS_NAME: nonEmpty };
export const dispatcherEnv = functionEnv(dispatcherResources, ['retentionDays', 'cacheMs']);

export const delivererEnv = functionEnv(
  { ...common, RETRY_QUEUE_URL: z.url(), EXHAUSTED_QUEUE_URL: z.url(), SECRETS_KEY_ID: nonEmpty },
  [
    'retentionDays',
    'cacheMs',
    ...urlSettings,
    'accountRatePerSecond',
    'hostRatePerSecond',
    'maxDeliverers',
    'retryScheduleSeconds',
    'retryHorizonSeconds',
    'queueMarginSeconds',
    'callbackTimeoutMs',
    'claimLeaseMs',
    'delivererTimeoutSeconds',
    ...healthSettings,
    'keepDisabledSeconds',
  ],
);

export const sweeperEnv = functionEnv({ ...common, RETRY_QUEUE_URL: z.url(), EVENT_BUS_NAME: nonEmpty }, [
  'retentionDays',
  'cacheMs',
  'sweepLeaseMs',
  'sweepSpreadSeconds',
  'drainStepSeconds',
  'drainStartPerSecond',
  'drainMaxPerSecond',
]);

export const apiEnv = functionEnv(
  {
    ...common,
    SECRETS_KEY_ID: nonEmpty,
    CURSOR_KEY_ID: nonEmpty,
    RETRY_QUEUE_URL: z.url(),
    PORTAL_URL: z.url(),
  },
  [
    'retentionDays',
    'cacheMs',
    ...urlSettings,
    'queueMarginSeconds',
    'eventsSettleSeconds',
    'callbackTimeoutMs',
    'receiverVerification',
  ],
);

export const authorizerEnv = functionEnv(common, ['retentionDays']);

function functionEnv<Resources extends z.ZodRawShape, Name extends SettingName>(
  resources: Resources,
  settings: readonly Name[],
): FunctionEnv<Resources, Name> {
  return { resources, settings };
}

/** The variables that a stack has to set for a function with these resources. */
export type ResourceVariables<Resources extends z.ZodRawShape> = {
  readonly [Name in keyof Resources]: string;
};

/** With a proxy, we would connect to an address that the guard has not checked. */
const proxyVariables = /^((https?|all|no)_proxy|node_use_env_proxy)$/i;

/**
 * Reads a function's environment on cold start. Throws with the names of wrong variables, never with their values.
 */
export function readEnv<Resources extends z.ZodRawShape, Name extends SettingName>(
  { resources, settings }: FunctionEnv<Resources, Name>,
  variables: NodeJS.ProcessEnv,
): z.output<z.ZodObject<Resources>> & { readonly settings: Pick<Settings, Name> } {
  const proxies = Object.keys(variables).filter((name) => proxyVariables.test(name));
  if (proxies.length > 0) throw new Error(`environment variables must not be set: ${proxies.join(', ')}`);
  const named = z.object(resources).safeParse(variables);
  const set = z.object(settingShape(settings)).safeParse(variables);
  if (named.success && set.success) return { ...named.data, settings: pickSettings(set.data, settings) };
  const issues = [named, set].flatMap(({ error }) => error?.issues ?? []);
  const names = new Set(issues.map(({ path }) => String(path[0])));
  throw new Error(`environment variables missing or invalid: ${[...names].join(', ')}`);
}

/** The settings in the form that the adapters expect. */
export function callbackUrlRules(
  settings: Pick<Settings, 'allowPrivateCallbacks' | 'callbackPorts' | 'ownHosts'>,
): CallbackUrlRules {
  const { allowPrivateCallbacks, callbackPorts, ownHosts } = settings;
  return { allowPrivateCallbacks, allowedPorts: callbackPorts, ownHosts };
}
