import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../local/cloud-assembly.ts';
import { startEngines } from '../../local/engines.ts';
import { runStacks } from '../../local/run-stacks.ts';
import { startWireProxy, type WireProxy } from './wire-proxy.ts';

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
  readonly wire: { readonly sqs: WireProxy; readonly table: WireProxy };
  /** kill -9 of every sandbox of a function; answers with how many there were. */
  kill(functionName: 'Dispatcher' | 'Deliverer' | 'Sweeper'): number;
  close(): Promise<void>;
}

/** The local run's own parts with a proxy on every wire, and with settings that make recovery take seconds. */
export async function startStacksUnderFault(
  settings: Readonly<Record<string, string>> = {},
): Promise<StacksUnderFault> {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-faults-'));
  const logFolder = join(folder, 'logs');
  await mkdir(logFolder);
  const context = {
    stage: 'local',
    allowPrivateCallbacks: 'true',
    callbackTimeoutMs: '1000',
    dispatcherTimeoutSeconds: '2',
    retryScheduleSeconds: '0,1,1',
    ...settings,
  };
  const stacks = await synthesize(context, folder);
  const engines = await startEngines(undefined);
  const wire = { sqs: await startWireProxy(engines.sqsUrl), table: await startWireProxy(engines.dynamoUrl) };
  const proxied = { ...engines, sqsUrl: wire.sqs.url, dynamoUrl: wire.table.url };
  const running = await runStacks(stacks, proxied, {
    port: 0,
    logFolder,
    sweepIntervalMs: 500,
    onFault: () => undefined,
  });
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
    kill: (functionName) => killSandboxesOf(functionName, folder),
    async close() {
      await running.close();
      await Promise.all([wire.sqs.close(), wire.table.close()]);
      await engines.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
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
