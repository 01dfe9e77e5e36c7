import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StackTemplate, synthesize } from '../../local/cloud-assembly.ts';
import { startEngines } from '../../local/engines.ts';
import { runStacks } from '../../local/run-stacks.ts';
import { startWireProxy, type WireCall, type WireProxy } from './wire-proxy.ts';

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
  readonly wire: { readonly sqs: WireProxy; readonly table: WireProxy; readonly kms: WireProxy };
  /** What the local Lambda service says of functions that crashed, failed or ran out of time. */
  readonly faults: readonly unknown[];
  /** kill -9 of every sandbox of a function; answers with how many there were. */
  kill(functionName: FunctionName): number;
  /** Other stacks on the same queues and table, as both are at work while a deployment is under way. */
  deployBeside(other: SynthesizedStacks): Promise<void>;
  close(): Promise<void>;
}

export interface SynthesizedStacks {
  readonly folder: string;
  readonly stacks: readonly StackTemplate[];
}

/** Of each call. */
export const callDeadlineMs = 1_000;

/** Three attempts within seconds. */
export const quickSchedule = '0,1,1';

/** With settings that make recovery take seconds. `synthesizeApp`: of this checkout, or of a copy of it. */
export async function synthesizeUnderFault(
  settings: Readonly<Record<string, string>>,
  synthesizeApp = synthesize,
): Promise<SynthesizedStacks> {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-stacks-'));
  const context = {
    stage: 'local',
    allowPrivateCallbacks: 'true',
    callbackTimeoutMs: String(callDeadlineMs),
    dispatcherTimeoutSeconds: '2',
    retryScheduleSeconds: quickSchedule,
    ...settings,
  };
  return { folder, stacks: await synthesizeApp(context, folder) };
}

/** The same stacks with other variables in one function's environment. */
export function alterEnvironment(
  { folder, stacks }: SynthesizedStacks,
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
  return { folder, stacks: altered };
}

/** The local run's own parts with a proxy on every wire. */
export async function startStacksUnderFault(
  settings: Readonly<Record<string, string>> = {},
): Promise<StacksUnderFault> {
  const synthesized = await synthesizeUnderFault(settings);
  const running = await runUnderFault(synthesized);
  return {
    ...running,
    async close() {
      await running.close();
      await rm(synthesized.folder, { recursive: true, force: true });
    },
  };
}

/** Leaves what was synthesized for another run. */
export async function runUnderFault(synthesized: SynthesizedStacks): Promise<StacksUnderFault> {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-faults-'));
  const logFolder = join(folder, 'logs');
  await mkdir(logFolder);
  const engines = await startEngines(undefined);
  const wire = {
    sqs: await startWireProxy(engines.sqsUrl),
    table: await startWireProxy(engines.dynamoUrl),
    kms: await startWireProxy(engines.kmsUrl),
  };
  const proxied = { ...engines, sqsUrl: wire.sqs.url, dynamoUrl: wire.table.url, kmsUrl: wire.kms.url };
  const faults: unknown[] = [];
  const deploy = ({ stacks }: SynthesizedStacks) =>
    runStacks(stacks, proxied, {
      port: 0,
      logFolder,
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
  const Local = { SqsEndpoint: engines.sqsUrl, DynamoDbEndpoint: engines.dynamoUrl };
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
    kill: (functionName) => killSandboxesOf(functionName, synthesized.folder),
    async deployBeside(other) {
      const beside = await deploy(other);
      closers.push(() => beside.close());
    },
    async close() {
      await Promise.all(closers.map((closer) => closer()));
      await Promise.all(Object.values(wire).map((proxy) => proxy.close()));
      await engines.close();
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

/** By the folder of the run, which stands on every sandbox's command line: no other run is hit. */
function killSandboxesOf(functionName: string, folder: string): number {
  const sandboxes = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter(
      (line) =>
        line.includes('sandbox.ts') && line.includes(folder) && line.includes(`${functionName}Function`),
    );
  for (const line of sandboxes) process.kill(Number.parseInt(line, 10), 'SIGKILL');
  return sandboxes.length;
}
