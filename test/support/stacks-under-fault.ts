import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProxiedEngines, startProxiedEngines } from '../../bench/proxied-engines.ts';
import type { WireCall } from '../../bench/wire-proxy.ts';
import { variableOf } from '../../core/settings/setting-variables.ts';
import type { StackTemplate } from '../../local/cloud-assembly.ts';
import type { LambdaFunction } from '../../local/lambda-function.ts';
import { runStacks } from '../../local/run-stacks.ts';
import { assembliesFolder, synthesize } from '../../local/synthesis.ts';

export type FunctionName = 'Dispatcher' | 'Deliverer' | 'Sweeper';

export interface StacksUnderFault {
  readonly apiUrl: string;
  readonly eventsUrl: string;
  readonly eventBusName: string;
  /** Per stack, as a deployment writes them. */
  readonly outputs: Readonly<Record<string, Record<string, string>>>;
  /** Past the proxies, for looking at what is there. */
  readonly sqsUrl: string;
  readonly dynamoUrl: string;
  /** A log file for each function. */
  readonly logFolder: string;
  /** In the shape of `.local/outputs.json`. */
  readonly outputsFile: string;
  /** All that the functions and the pollers say to the engines goes through these. */
  readonly wire: ProxiedEngines['wire'];
  /** What the local Lambda service says of functions that crashed, failed or ran out of time. */
  readonly faults: readonly unknown[];
  /** kill -9 of every sandbox of a function; answers with how many there were. */
  kill(functionName: FunctionName): number;
  /** Other stacks on the same queues and table, as both are at work while a deployment is under way. */
  deployBeside(other: SynthesizedStacks): Promise<void>;
  close(): Promise<void>;
}

export type SynthesizedStacks = readonly StackTemplate[];

/**
 * Of each call. The deliverer has three times as much: on a busy machine a function needs seconds for its first batch, and
 * one that is killed each time before it is done would never get there.
 */
export const callDeadlineMs = 2_000;

/** How long a change takes to count. */
export const cacheMs = 300;

/** Longer than any function may run. */
const visibilitySeconds = 10;

/** A process that starts takes a third of a second of a core, and functions have little time. */
const fewSandboxes = 4;

/** How long a message of the sweeper may be on its way, in proportion to all the rest. */
const quickSweeps = { [variableOf('sweepLeaseMs')]: '6000', [variableOf('sweepSpreadSeconds')]: '1' };

/** How long a receiver that fails is left alone at first, and how long a step of a drain takes. */
export const probeEveryMs = 1_000;

const quickRecovery = {
  breakerMinSeconds: String(probeEveryMs / 1_000),
  // A receiver that works again is to be seen soon.
  breakerMaxSeconds: '8',
  drainStepSeconds: '1',
};

/** Three attempts within seconds. */
export const quickSchedule = '0,1,1';

/** With settings that make recovery take seconds. `synthesizeApp`: of this checkout, or of a copy of it. */
export async function synthesizeUnderFault(
  settings: Readonly<Record<string, string>>,
  synthesizeApp = synthesize,
): Promise<SynthesizedStacks> {
  const context = {
    stage: 'local',
    allowPrivateCallbacks: 'true',
    maxDeliverers: '100',
    callbackTimeoutMs: String(callDeadlineMs),
    dispatcherTimeoutSeconds: '6',
    cacheMs: String(cacheMs),
    retryScheduleSeconds: quickSchedule,
    ...quickRecovery,
    ...settings,
  };
  const { stacks } = await synthesizeApp(context, assembliesFolder);
  return alterEnvironment(shortenVisibility(stacks), 'Sweeper', (variables) => ({
    ...variables,
    ...quickSweeps,
  }));
}

/**
 * AWS asks for six times the function's timeout, which is what the template has. A function that ran out of time has ended
 * by then, so less will do where every test that kills one waits for it.
 */
function shortenVisibility(stacks: SynthesizedStacks): SynthesizedStacks {
  const altered = structuredClone(stacks);
  for (const { Type, Properties } of altered.flatMap(({ resources }) => Object.values(resources))) {
    if (Type === 'AWS::SQS::Queue' && Properties?.['RedrivePolicy'])
      Object.assign(Properties, { VisibilityTimeout: visibilitySeconds });
  }
  return altered;
}

/** The same stacks with other variables in one function's environment. */
export function alterEnvironment(
  stacks: SynthesizedStacks,
  functionName: FunctionName,
  alter: (variables: Readonly<Record<string, string>>) => Record<string, string>,
): SynthesizedStacks {
  const altered = structuredClone(stacks);
  for (const { resources } of altered) {
    for (const [id, { Type, Properties }] of Object.entries(resources)) {
      if (Type !== 'AWS::Lambda::Function' || !id.includes(`${functionName}Function`)) continue;
      const environment = Properties?.['Environment'] as { Variables: Record<string, string> };
      environment.Variables = alter(environment.Variables);
    }
  }
  return altered;
}

/** The local run's own parts with a proxy on every wire. */
export async function startStacksUnderFault(
  settings: Readonly<Record<string, string>> = {},
): Promise<StacksUnderFault> {
  return runUnderFault(await synthesizeUnderFault(settings));
}

export async function runUnderFault(
  synthesized: SynthesizedStacks,
  maxSandboxes = fewSandboxes,
): Promise<StacksUnderFault> {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-faults-'));
  const logFolder = join(folder, 'logs');
  await mkdir(logFolder);
  const { engines, proxied, wire, close: closeEngines } = await startProxiedEngines();
  const faults: unknown[] = [];
  const deploy = (stacks: SynthesizedStacks) =>
    runStacks(stacks, proxied, {
      port: 0,
      logFolder,
      maxSandboxes,
      sweepIntervalMs: 500,
      onFault: (fault) => void faults.push(fault),
    });
  const running = await deploy(synthesized);
  const closers = [() => running.close()];
  const { ApiUrl: apiUrl = '', EventBusName: eventBusName = '' } = Object.assign(
    {},
    ...Object.values(running.outputs),
  ) as Record<string, string>;
  const outputsFile = join(folder, 'outputs.json');
  const Local = {
    EventsEndpoint: running.eventsUrl,
    SqsEndpoint: engines.sqsUrl,
    DynamoDbEndpoint: engines.dynamoUrl,
  };
  await writeFile(outputsFile, JSON.stringify({ ...running.outputs, Local }));

  return {
    apiUrl,
    eventsUrl: running.eventsUrl,
    eventBusName,
    outputs: running.outputs,
    sqsUrl: engines.sqsUrl,
    dynamoUrl: engines.dynamoUrl,
    logFolder,
    outputsFile,
    wire,
    faults,
    kill: (functionName) => killSandboxesOf(functionName, running.functions),
    async deployBeside(other) {
      const beside = await deploy(other);
      closers.push(() => beside.close());
    },
    async close() {
      await Promise.all(closers.map((closer) => closer()));
      await closeEngines();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Is it a call that sends to that queue, by its name without the stage's prefix? */
export function sendsTo(queue: string): (call: WireCall) => boolean {
  const end = `/iomnihub-webhooks-local-${queue}`;
  return ({ operation, input }) =>
    operation.startsWith('SendMessage') && String(input.QueueUrl).endsWith(end);
}

function killSandboxesOf(functionName: string, functions: ReadonlyMap<string, LambdaFunction>): number {
  const [found] = [...functions.values()].filter(({ settings }) =>
    settings.name.includes(`${functionName}Function`),
  );
  if (!found) throw new Error(`there is no function ${functionName}`);
  return found.kill();
}
