import { randomUUID } from 'node:crypto';
import { styleText } from 'node:util';
import { cac } from 'cac';
import { startReceiver } from './e2e/receiver.ts';
import { readTarget, requireQuickRetries } from './e2e/target.ts';
import { cleanUp, type Step, type Travel, travel } from './e2e/travel.ts';

/**
 * `npm run e2e`: publishes, receives and redrives against a stage on AWS, in an emulator or in a local run. It knows
 * the stage as a stranger does: by the HTTP API, the clients of the AWS SDK, and what a receiver gets.
 */

function readOptions() {
  const cli = cac('npm run e2e --');
  cli
    .command('', 'Check a running stage from PutEvents to the callback and back from the dead-letter queues')
    .option('--outputs <file>', 'Outputs of the stacks', { default: '.local/outputs.json' })
    .option(
      '--endpoint <url>',
      'One endpoint for all of AWS, such as an emulator (default: as in the outputs)',
    )
    .option('--api-url <url>', 'URL of the HTTP API (default: ApiUrl of the outputs)')
    .option('--receiver-host <address>', 'Where the receiver listens', { default: '127.0.0.1' })
    .option('--receiver-port <port>', 'Port of the receiver (default: a free one)', { default: 0 })
    .option('--receiver-url <url>', "How the stage reaches the receiver, such as a tunnel's URL")
    .option('--step-seconds <seconds>', 'How long each step may take', { default: 60 })
    .action(() => undefined);
  cli.help((sections) => [
    ...sections,
    {
      title: 'The stage needs',
      body: `  retryScheduleSeconds=0,1,1, or another short one, as deliveries have to run out of attempts
  allowPrivateCallbacks=true, unless --receiver-url is a public https address

Its exhausted deliveries are all sent again: use a stage that nobody else tests on.`,
    },
  ]);
  const { options } = cli.parse();
  const text = (name: string) => (options[name] === undefined ? undefined : String(options[name]));
  return {
    isHelp: options['help'] === true,
    outputsFile: String(options['outputs']),
    endpoint: readUrl('--endpoint', text('endpoint')),
    apiUrl: readUrl('--api-url', text('apiUrl')),
    receiverHost: String(options['receiverHost']),
    receiverPort: readNumber('--receiver-port', options['receiverPort'], 0, 65_535),
    receiverUrl: readUrl('--receiver-url', text('receiverUrl')),
    stepSeconds: readNumber('--step-seconds', options['stepSeconds'], 1, 3_600),
  };
}

function readUrl(name: string, given: string | undefined): string | undefined {
  if (given !== undefined && !/^https?:/.test(given))
    throw new Error(`${name}=${given}: must be an http(s) URL`);
  return given;
}

function readNumber(name: string, given: unknown, min: number, max: number): number {
  const number = Number(given);
  if (!(number >= min && number <= max))
    throw new Error(`${name}=${String(given)}: must be a number from ${min} to ${max}`);
  return number;
}

/** Prints a line for each step. A step fails when it has taken too long, or when somebody stops the run. */
function createStep(stepSeconds: number, stopping?: AbortSignal): Step {
  return async (name, run) => {
    const startedAt = performance.now();
    const timeout = AbortSignal.timeout(stepSeconds * 1_000);
    const say = (result: string) => {
      const elapsed = `${Math.round(performance.now() - startedAt)} ms`.padStart(9);
      process.stdout.write(`  ${result}  ${elapsed}  ${name}\n`);
    };
    try {
      const result = await run(stopping ? AbortSignal.any([timeout, stopping]) : timeout);
      say(styleText('green', 'ok    '));
      return result;
    } catch (error) {
      say(styleText('red', 'failed'));
      const why = stopping?.aborted ? 'stopped' : timeout.aborted ? `not within ${stepSeconds} s` : undefined;
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`"${name}": ${[why, message].filter(Boolean).join(': ')}`, { cause: error });
    }
  };
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.isHelp) return;
  const target = await readTarget(options);
  requireQuickRetries(target, options.stepSeconds);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

  const receiver = await startReceiver(options.receiverHost, options.receiverPort);
  const { receiverUrl = receiver.url } = options;
  const accountId = `acc_e2e_${randomUUID()}`;
  const journey: Travel = { target, receiver, receiverUrl, accountId };
  process.stdout.write(`${target.eventBusName}, account ${accountId}, receiver at ${receiverUrl}\n`);
  const failures: Error[] = [];
  const note = (error: Error) => void failures.push(error);
  await travel(journey, createStep(options.stepSeconds, stopping.signal)).catch(note);
  // Also after a failure, and although somebody stops the run.
  await createStep(options.stepSeconds)('everything that this run has made is removed', (signal) =>
    cleanUp(journey, signal),
  ).catch(note);
  receiver.close();
  if (failures.length > 0) throw new Error(failures.map(({ message }) => message).join('\nand '));
}

main().catch((error: Error) => {
  process.stderr.write(`The end-to-end run failed: ${error.message}\n`);
  process.exitCode = 1;
});
