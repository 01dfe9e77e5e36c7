import * as z from 'zod';
import { retryScheduleSchema, standardRetryScheduleSeconds } from '../deliveries/retry-policy.ts';
import { isOrigin } from './origin.ts';
import { flag, type Setting, wholeNumber, wholeNumberList, wordList } from './setting.ts';

/**
 * THE list of a stage's settings. `stages/<stage>.json` sets them, and `-c name=value` on top of it, for `npx cdk deploy` and
 * `npm start --` alike. Functions get those that they name in functions/env.ts. `npm start -- --help` and
 * docs/settings.md list them.
 */
export const stageSettings = {
  stage: {
    mustBe: '1 to 16 lower-case letters and digits',
    default: 'dev',
    summary:
      'The name of the stage and of its file. Stacks, queues and the event bus carry it in their names. Set by `-c` only.',
    schema: z.string().regex(/^[a-z][a-z0-9]{0,15}$/),
  },
  protectData: flag({
    default: true,
    summary:
      'Keeps what cannot be made again: the stacks that hold data or dead letters refuse to be deleted. Set it to false for a stage that you want to remove without a trace.',
  }),
  tableName: {
    mustBe: 'the name of a DynamoDB table, such as IomnihubWebhooks-restored',
    default: undefined,
    summary:
      'An existing table that the stage takes instead of its own, as after a restore; see the runbook. What the stack does for its own table is left to you: time to live, point-in-time recovery, protection from deletion.',
    schema: z
      .string()
      .regex(/^[\w.-]{3,255}$/)
      .optional(),
  },
  publisherPrincipalArn: {
    mustBe:
      'the ARN of an IAM principal, such as arn:aws:iam::111122223333:role/helpdesk: a role, a user or root',
    default: undefined,
    summary:
      'The helpdesk backend, if it is in another AWS account. It may publish events, and take on the role `BackendRoleArn`, which may also call the routes below `/accounts`. A principal of this AWS account needs its own policy only.',
    schema: z
      .string()
      .regex(/^arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)\/[\w+=,.@/-]+)$/)
      .optional(),
  },
  retryScheduleSeconds: {
    mustBe:
      'seconds such as 0,5,300: 0 first, then gaps of up to 7 days, of which at most 10 are of 15 minutes or less',
    default: standardRetryScheduleSeconds,
    summary: 'The gap before each attempt of a delivery. The first attempt is made at once.',
    schema: wholeNumberList.pipe(retryScheduleSchema),
  },
  retryHorizonSeconds: wholeNumber({
    unit: 'seconds',
    min: 1,
    max: 7 * 24 * 3600,
    default: 7 * 24 * 3600,
    summary:
      'How long a delivery is tried, counted from its event or from a request to send it again. No attempt is planned after that.',
  }),
  breakerFailures: wholeNumber({
    unit: 'failures',
    min: 0,
    max: 100,
    default: 5,
    summary:
      'After so many failures in a row, of at least two deliveries or over the time of `breakerMinSeconds`, the deliveries of a receiver are kept back and it is only probed. 0 turns this off.',
  }),
  breakerMinSeconds: wholeNumber({
    unit: 'seconds',
    min: 1,
    max: 3_600,
    default: 60,
    summary:
      'How long it takes from then to the first probe. After each failed probe it takes twice as long.',
  }),
  breakerMaxSeconds: wholeNumber({
    unit: 'seconds',
    min: 1,
    max: 24 * 3_600,
    default: 3_600,
    summary: 'The longest time between two probes of a receiver that fails.',
  }),
  disableAfterSeconds: wholeNumber({
    unit: 'seconds',
    min: 0,
    max: 30 * 24 * 3_600,
    default: 5 * 24 * 3_600,
    summary: 'If all calls to a receiver fail for so long, its subscription is disabled. 0 turns this off.',
  }),
  keepDisabledSeconds: wholeNumber({
    unit: 'seconds',
    min: 0,
    max: 7 * 24 * 3_600,
    default: 24 * 3_600,
    summary:
      'For how long after iOmniHub has disabled a subscription its events are kept, so that enabling it loses nothing. 0 turns this off.',
  }),
  drainStepSeconds: wholeNumber({
    unit: 'seconds',
    min: 1,
    max: 600,
    default: 60,
    summary:
      'Deliveries that were kept back are released in steps of this length. A step releases twice as many as the one before.',
  }),
  drainStartPerSecond: wholeNumber({
    unit: 'calls',
    min: 1,
    max: 1_000,
    default: 1,
    summary: 'How many deliveries the first step releases for each of its seconds.',
  }),
  drainMaxPerSecond: wholeNumber({
    unit: 'calls',
    min: 1,
    max: 1_000,
    default: 25,
    summary:
      'How many deliveries a step releases at most for each of its seconds. The `rateLimit` of a subscription may be lower.',
  }),
  callbackTimeoutMs: wholeNumber({
    unit: 'milliseconds',
    min: 1_000,
    max: 20_000,
    default: 15_000,
    summary: 'How long a receiver may take to answer a callback. Many other times derive from it.',
  }),
  cacheMs: wholeNumber({
    unit: 'milliseconds',
    min: 100,
    max: 5_000,
    default: 5_000,
    summary:
      'How long functions rely on what they have read about a subscription or an account. A change takes effect after that.',
  }),
  dispatcherTimeoutSeconds: wholeNumber({
    unit: 'seconds',
    min: 2,
    max: 120,
    default: 30,
    summary:
      'How long the dispatcher may take for one batch. The visibility timeout of the event queues derives from it, and so does how soon the work of a crashed dispatcher is done again.',
  }),
  retentionDays: wholeNumber({
    unit: 'days',
    // The longest horizon, plus the 14 days for which a dead letter is kept.
    min: 21,
    max: 3_650,
    default: 30,
    summary: 'How long events, deliveries and attempts can be looked up.',
  }),
  maxDispatchers: wholeNumber({
    unit: 'invocations',
    min: 2,
    max: 1_000,
    default: 100,
    summary:
      'How many dispatchers may run at a time, for all event types together. Events about webhooks themselves have two of them, and each type an equal share of the rest, but at least two.',
  }),
  maxDeliverers: wholeNumber({
    unit: 'invocations',
    min: 2,
    max: 1_000,
    default: 100,
    summary:
      'How many deliverers may run at a time for each of their two queues. Each of them makes up to ten calls at a time.',
  }),
  callbackPorts: {
    mustBe: 'ports such as 443,8443',
    default: [443, 8443],
    summary: 'The ports that callback URLs may name.',
    schema: wholeNumberList.pipe(z.array(z.int().min(1).max(65_535))),
  },
  ownHosts: {
    mustBe: 'host names in lower case such as iomnihub.example,api.iomnihub.example',
    default: [],
    summary: 'Domains of iOmniHub itself. No callback goes to them or to a name below them.',
    schema: wordList.pipe(z.array(z.string().regex(/^[a-z0-9.-]+$/))),
  },
  receiverVerification: {
    mustBe: 'off or required',
    default: 'off',
    summary:
      'With required, a receiver has to echo a challenge before it gets callbacks. No-code receivers cannot do that.',
    schema: z.enum(['off', 'required']),
  },
  accountRatePerSecond: wholeNumber({
    unit: 'calls',
    min: 1,
    max: 100_000,
    default: 500,
    summary: 'Calls per second to all receivers of one account. More calls wait.',
  }),
  hostRatePerSecond: wholeNumber({
    unit: 'calls',
    min: 1,
    max: 100_000,
    default: 200,
    summary: 'Calls per second to one host for all accounts together. More calls wait.',
  }),
  corsOrigins: {
    mustBe:
      'origins as browsers send them, such as https://app.iomnihub.example,https://crm.example.com:8443: ' +
      'no path, no *, http for localhost and 127.0.0.1 only',
    default: [],
    summary: 'The origins of pages whose scripts may call the API.',
    schema: wordList.pipe(z.array(z.string().refine(isOrigin))),
  },
  portalFrameAncestors: {
    mustBe: 'origins such as https://app.iomnihub.example: https, no path, no *',
    default: [],
    summary:
      'The origins whose pages may show the page for account owners in a frame. Without any, none may.',
    schema: wordList.pipe(z.array(z.string().refine((text) => isOrigin(text) && text.startsWith('https:')))),
  },
  allowPrivateCallbacks: flag({
    default: false,
    summary: 'Lets callbacks reach plain http and private addresses.',
    neverInProduction: 'account owners could make us call our own network',
  }),
} satisfies Record<string, Setting>;

/** The value of each setting in one stage. */
export type StageSettings = {
  readonly [Name in keyof typeof stageSettings]: z.output<(typeof stageSettings)[Name]['schema']>;
};

export const defaultSettings = Object.fromEntries(
  Object.entries(stageSettings).map(([name, { default: value }]) => [name, value]),
) as unknown as StageSettings;
