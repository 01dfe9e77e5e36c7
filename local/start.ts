import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { StackTemplate } from './cloud-assembly.ts';
import { type Demo, demoAccountId, issueDemoKey, makePortalLink, startDemo } from './demo.ts';
import { type Engines, startEngines } from './engines.ts';
import { shown, takeDataFolder, takeLocalFolder } from './folders.ts';
import { describeDifferences } from './honoured-properties.ts';
import { createLiveView, type LiveView } from './live-view.ts';
import { readOptions, type StartOptions } from './options.ts';
import { createPlayground } from './playground.ts';
import { checkPort } from './ports.ts';
import { writePrivateFile } from './private-file.ts';
import { type RunningStacks, runStacks } from './run-stacks.ts';
import { createScreen } from './screen.ts';
import { synthesize } from './synthesis.ts';
import { suggestCommands } from './what-next.ts';

/** `npm start`: runs the deployed template on this machine and shows that it works. */

const screen = createScreen(process.stdout);

async function main(): Promise<void> {
  const options = readOptions(process.argv, process.env, resolve);
  const closers: (() => unknown)[] = [];
  const stopped = new Promise<void>((done) => {
    // Not once: a terminal and npm both send the signal, and the second one must not end the run while it closes.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => done());
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
  screen.say(screen.style('bold', 'iOmniHub Webhooks, local run'), '');
  await checkPort(options.port, 'choose another one, as in PORT=3001 npm start');
  await checkPort(options.portalPort, 'choose another one with --portal-port');
  await checkPort(options.receiverPort, 'choose another one with --receiver-port');
  closers.push(await takeLocalFolder(options.localFolder, logFolder, outputsFile));
  if (options.dataFolder) closers.push(await takeDataFolder(options.dataFolder));
  const stacks = await prepareStacks(options.context);

  const live = createLiveView(screen);
  closers.push(() => live.end());
  const { engines, running } = await screen.step(
    'Starting queues, table and functions',
    () => startStacks(stacks, options, { live, logFolder, closers }),
    ({ running: { functions } }) => `queues, table and ${functions.size} functions started`,
  );
  const outputs = Object.assign({}, ...Object.values(running.outputs)) as Record<string, string>;
  const { ApiUrl: apiUrl = '', EventBusName: eventBusName = '', PortalUrl: portalUrl = '' } = outputs;
  const apiKey = await issueDemoKey(apiUrl);
  const portalLink = await makePortalLink(apiUrl);
  await writeOutputs(outputsFile, {
    ...running.outputs,
    Local: {
      EventsEndpoint: running.eventsUrl,
      SqsEndpoint: engines.sqsUrl,
      DynamoDbEndpoint: engines.dynamoUrl,
      AccountId: demoAccountId,
      ApiKey: apiKey,
      PortalLink: portalLink,
    },
  });

  let demo: Demo | undefined;
  if (reachesThisMachine(stacks)) {
    demo = await screen.step(
      'Subscribing a receiver',
      () => startDemo({ ...options, apiKey, apiUrl, eventBusName, eventsUrl: running.eventsUrl }),
      ({ receiverUrl }) => `a receiver subscribed: ${receiverUrl}`,
    );
    closers.push(() => demo?.close());
    const events = { eventsUrl: running.eventsUrl, eventBusName };
    running.portal.serveFirst(createPlayground({ demo, apiUrl, ...events }));
  }
  screen.say(
    '',
    `  HTTP API    ${apiUrl}`,
    `  Page        ${portalUrl}`,
    `  Event bus   ${running.eventsUrl}  ${eventBusName}`,
  );
  if (options.verbose) screen.say(`  SQS         ${engines.sqsUrl}`, `  DynamoDB    ${engines.dynamoUrl}`);
  await tellDifferences(stacks, options);

  const shownIds = demo ? await showExamples(demo) : new Set<string>();
  if (!demo) {
    screen.say('', '  Callbacks reach public addresses only, so no demo receiver runs on this machine.');
    if (options.once) throw new Error('--once needs allowPrivateCallbacks=true, or no callback can be made');
  }
  if (options.once) return;
  await live.begin(logFolder, shownIds);
  sayWhatNext({ apiUrl, portalLink, outputsFile, logFolder });
}

/** True if the stage's callbacks may go to private addresses, as its functions will read it. */
function reachesThisMachine(stacks: readonly StackTemplate[]): boolean {
  return stacks
    .flatMap(({ resources }) => Object.values(resources))
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => Properties?.['Environment'] as { Variables: Record<string, unknown> })
    .some(({ Variables }) => Variables['ALLOW_PRIVATE_CALLBACKS'] === 'true');
}

function prepareStacks(context: StartOptions['context']): Promise<readonly StackTemplate[]> {
  return screen
    .step(
      'Synthesizing the CDK stacks, once after each change',
      () => synthesize(context),
      ({ stacks, isReused }) =>
        `${stacks.length} stacks ${isReused ? 'unchanged since their last synthesis' : 'synthesized'}`,
    )
    .then(({ stacks }) => stacks);
}

async function startStacks(
  stacks: readonly StackTemplate[],
  options: StartOptions,
  { live, logFolder, closers }: { live: LiveView; logFolder: string; closers: (() => unknown)[] },
): Promise<{ engines: Engines; running: RunningStacks }> {
  const engines = await startEngines(options.dataFolder);
  closers.push(() => engines.close());
  const running = await runStacks(stacks, engines, {
    ...options,
    logFolder,
    onFault: live.showFault,
    onAccepted: live.showAccepted,
  });
  closers.push(() => running.close());
  return { engines, running };
}

/** Returns the ids of the events. */
async function showExamples(demo: Demo): Promise<Set<string>> {
  const ids = new Set<string>();
  screen.say('', `  One example of each event for account ${demoAccountId}, to this receiver`);
  for await (const { type, id, latencyMs } of demo.publishExamples()) {
    ids.add(id);
    const verified = screen.style('green', 'verified');
    screen.say(`    ${verified}  ${type.padEnd(18)} ${id}  ${String(latencyMs).padStart(5)} ms`);
  }
  screen.say(`  ${ids.size} callbacks verified by their signatures (the first ones include cold starts)`);
  return ids;
}

/** What the template demands and this machine does not do is in a file, for the few who want to know. */
async function tellDifferences(
  stacks: readonly StackTemplate[],
  { localFolder, verbose }: StartOptions,
): Promise<void> {
  const lines = [
    'In the template, but not on this machine:',
    ...describeDifferences(stacks).map((line) => `  ${line}`),
  ];
  await writeFile(join(localFolder, 'differences.txt'), `${lines.join('\n')}\n`);
  if (verbose) screen.say('', ...lines.map((line) => screen.style('dim', `  ${line}`)));
}

function sayWhatNext({ apiUrl, portalLink, outputsFile, logFolder }: Record<WhatNext, string>): void {
  screen.say(
    '',
    '  Open the page on which account owners see all this, live (the link works once, within an hour):',
    `    ${portalLink}`,
    '',
    '  Try next, in a second terminal in this folder:',
    ...suggestCommands(apiUrl, outputsFile).map((command) => `    ${command}`),
    '',
    `  Names, endpoints and an API key: ${shown(outputsFile)}; logs: ${shown(logFolder)}`,
    '  What happens is shown here, a line each. Ctrl-C stops everything.',
    '',
  );
}

type WhatNext = 'apiUrl' | 'portalLink' | 'outputsFile' | 'logFolder';

/** Has the format of `cdk deploy --outputs-file`. Only this user may read the file, because it holds an API key. */
async function writeOutputs(outputsFile: string, outputs: unknown): Promise<void> {
  await writePrivateFile(outputsFile, `${JSON.stringify(outputs, null, 2)}\n`);
}

main().then(
  // Exit even if a signal interrupted the start and left promises pending.
  () => process.exit(),
  (error: Error) => {
    process.stderr.write(`\n${screen.style('red', 'The local run failed:')} ${error.message}\n`);
    process.exit(1);
  },
);
