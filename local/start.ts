import { mkdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { styleText } from 'node:util';
import type { StackTemplate } from './cloud-assembly.ts';
import { demoAccountId, issueDemoKey, startDemo } from './demo.ts';
import { type Engines, prepareDataFolder, startEngines } from './engines.ts';
import { describeDifferences } from './honoured-properties.ts';
import { readOptions, type StartOptions } from './options.ts';
import { writePrivateFile } from './private-file.ts';
import { runStacks } from './run-stacks.ts';
import { synthesize } from './synthesis.ts';

/** `npm start`: runs the deployed template on this machine and shows that it works. */

async function main(): Promise<void> {
  const options = readOptions(process.argv, process.env, resolve);
  const closers: (() => unknown)[] = [];
  const stopped = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
    // npm and its shell do not pass on every signal. If one of them is killed, this process gets another parent.
    const parent = process.ppid;
    const isOfNpm = process.env['npm_lifecycle_event'] === 'start';
    if (isOfNpm) setInterval(() => process.ppid !== parent && done(), 500).unref();
  });
  try {
    await Promise.race([run(options, closers), stopped]);
    if (!options.once) await stopped;
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

async function run(options: StartOptions, closers: (() => unknown)[]): Promise<void> {
  const logFolder = join(options.localFolder, 'logs');
  const outputsFile = join(options.localFolder, 'outputs.json');
  say(styleText('bold', 'iOmniHub Webhooks, local run'), '');
  await refuseFolderInUse(options.localFolder, outputsFile);
  await mkdir(logFolder, { recursive: true });
  if (options.dataFolder) await prepareDataFolder(options.dataFolder);
  const stacks = await prepareStacks(options.context);

  const engines = await startEngines(options.dataFolder);
  closers.push(() => engines.close());
  const running = await runStacks(stacks, engines, {
    ...options,
    logFolder,
    onFault: sayFault,
    onLogLine: sayLogLine,
  });
  closers.push(() => running.close());
  const { ApiUrl: apiUrl = '', EventBusName: eventBusName = '' } = Object.assign(
    {},
    ...Object.values(running.outputs),
  ) as Record<string, string>;
  sayWhatRuns(stacks, { apiUrl, eventBusName, eventsUrl: running.eventsUrl, engines });

  const apiKey = await issueDemoKey(apiUrl);
  await writeOutputs(outputsFile, {
    ...running.outputs,
    Local: {
      EventsEndpoint: running.eventsUrl,
      SqsEndpoint: engines.sqsUrl,
      DynamoDbEndpoint: engines.dynamoUrl,
      AccountId: demoAccountId,
      ApiKey: apiKey,
    },
  });
  if (options.context['allowPrivateCallbacks'] === 'false') {
    say('', '  Callbacks reach public addresses only, so no demo receiver runs on this machine.');
    if (options.once) throw new Error('--once needs allowPrivateCallbacks=true, or no callback can be made');
    return sayWhatNext(outputsFile, logFolder);
  }
  const demo = await startDemo({ ...options, apiKey, apiUrl, eventBusName, eventsUrl: running.eventsUrl });
  closers.push(() => demo.close());
  say('', `  One example of each event for account ${demoAccountId}, to a receiver at ${demo.receiverUrl}`);
  let verified = 0;
  for await (const { type, id, latencyMs } of demo.publishExamples()) {
    verified += 1;
    say(
      `    ${styleText('green', 'verified')}  ${type.padEnd(18)} ${id}  ${String(latencyMs).padStart(5)} ms`,
    );
  }
  say(`  ${verified} callbacks verified by their signatures (the first ones include cold starts)`);
  if (options.once) return;

  sayWhatNext(outputsFile, logFolder);
  demo.onReport((report) => {
    if (report.kind === 'verified')
      say(`    ${styleText('green', 'verified')}  ${report.type.padEnd(18)} ${report.id}`);
    if (report.kind === 'refused') say(`    ${styleText('red', 'refused')}   ${report.id}: ${report.reason}`);
  });
}

/** Says what is happening if it takes long, as it does the first time and after each change of the sources. */
async function prepareStacks(context: StartOptions['context']): Promise<readonly StackTemplate[]> {
  const startedAt = performance.now();
  const isSlow = setTimeout(() => say('  Synthesizing the CDK stacks …'), 500);
  const { stacks, isReused } = await synthesize(context).finally(() => clearTimeout(isSlow));
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  say(
    isReused
      ? `  ${stacks.length} stacks, unchanged since the last synthesis`
      : `  Synthesized ${stacks.length} stacks in ${seconds} s`,
  );
  return stacks;
}

/** Two runs in one folder would overwrite each other's stacks, logs and outputs. */
async function refuseFolderInUse(folder: string, outputsFile: string): Promise<void> {
  const outputs = await readFile(outputsFile, 'utf8').catch(() => '{}');
  const [, endpoint] = /"EventsEndpoint": "([^"]+)"/.exec(outputs) ?? [];
  if (!endpoint) return;
  const isRunning = await fetch(endpoint).then(
    () => true,
    () => false,
  );
  if (isRunning) {
    const shown = relative(process.cwd(), folder);
    throw new Error(
      `${shown} is in use by another run; stop that run, or choose another folder with --local-folder`,
    );
  }
}

function sayWhatNext(outputsFile: string, logFolder: string): void {
  const shownOutputs = relative(process.cwd(), outputsFile);
  say('', `  Names, endpoints and an API key: ${shownOutputs}; logs: ${relative(process.cwd(), logFolder)}`);
  say('  The README shows what to try. Ctrl-C stops everything.', '');
}

function sayWhatRuns(
  stacks: readonly StackTemplate[],
  {
    apiUrl,
    eventBusName,
    eventsUrl,
    engines,
  }: { apiUrl: string; eventBusName: string; eventsUrl: string; engines: Engines },
): void {
  say(
    `  HTTP API    ${apiUrl}`,
    `  Event bus   ${eventsUrl}  ${eventBusName}`,
    `  SQS         ${engines.sqsUrl}`,
    `  DynamoDB    ${engines.dynamoUrl}`,
    '',
    '  In the template, but not on this machine:',
    ...describeDifferences(stacks).map((line) => styleText('dim', `    ${line}`)),
  );
}

/** Has the format of `cdk deploy --outputs-file`. Only this user may read the file, because it holds an API key. */
async function writeOutputs(outputsFile: string, outputs: unknown): Promise<void> {
  await writePrivateFile(outputsFile, `${JSON.stringify(outputs, null, 2)}\n`);
}

function sayFault(fault: unknown): void {
  say(`    ${styleText('yellow', 'fault')}     ${String(fault).split('\n')[0]}`);
}

function sayLogLine(line: string): void {
  say(`    ${styleText('yellow', 'log')}       ${line}`);
}

function say(...lines: string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

main().then(
  // Exit even if a signal interrupted the start and left promises pending.
  () => process.exit(),
  (error: Error) => {
    process.stderr.write(`\n${styleText('red', 'The local run failed:')} ${error.message}\n`);
    process.exit(1);
  },
);
