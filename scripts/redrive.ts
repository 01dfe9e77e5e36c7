import { createInterface } from 'node:readline/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type CAC, cac } from 'cac';
import { connectTable } from '../adapters/dynamo-client.ts';
import { createDeliveryHistory } from '../adapters/dynamo-delivery-history.ts';
import { createDeliveryLog } from '../adapters/dynamo-delivery-log.ts';
import { createEventHistory } from '../adapters/dynamo-event-history.ts';
import { createEventLog } from '../adapters/dynamo-event-log.ts';
import { createHeldMessages } from '../adapters/sqs-held-messages.ts';
import { useEndpointsOf } from './local-endpoints.ts';
import { discard } from './redrive/discard.ts';
import { list } from './redrive/list.ts';
import type { Operation } from './redrive/operation.ts';
import type { Selection } from './redrive/selection.ts';
import { send, sendFrom } from './redrive/send.ts';
import { show } from './redrive/show.ts';
import { readOutputs } from './stage-outputs.ts';

/** `npm run redrive`: shows what waits in dead-letter queues and sends it back to work, on AWS or in a local run. */

type Options = Readonly<Record<string, unknown>>;

const byReason = ['--reason <reason>', 'Only messages with this reason'] as const;
const byAccount = ['--account <id>', 'Only messages of this account'] as const;
const dryRun = ['--dry-run', 'Say what would be done, and change nothing'] as const;

function declareCommands(): CAC {
  const cli = cac('npm run redrive --');
  cli.option('--queue <name>', 'Only this queue, without the prefix of its stage, such as unrouted');
  cli.option('--json', 'Write the result as JSON');
  cli.option('--outputs <file>', 'Outputs of the stacks', { default: '.local/outputs.json' });
  cli
    .command('list', 'Show every message on a line, and how many there are; changes nothing')
    .option(...byReason)
    .option(...byAccount)
    .action(async (options: Options) => list(await begin(options), selectionOf([], options)));
  cli
    .command('show [...ids]', 'Show all of the messages with the id of an event or message; changes nothing')
    .action(async (ids: readonly string[], options: Options) => {
      const selection = selectionOf(ids, options);
      if (selection.ids.length === 0) throw new Error('say which message to show, by its id');
      await show(await begin(options), selection.ids);
    });
  cli
    .command('send [...ids]', 'Send messages back to work; the command if none is named')
    .alias('!')
    .option(...byReason)
    .option(...byAccount)
    .option('--all', 'All messages of all queues')
    .option('--from <file>', 'Messages from the file of a discard')
    .option('--max-per-second <count>', 'How many to send back in a second', { default: 100 })
    .option(...dryRun)
    .action((ids: readonly string[], options: Options) => runSend(ids, options));
  cli
    .command('discard [...ids]', 'Take messages out of their queues, into a file')
    .option(...byReason)
    .option(...byAccount)
    .option('--file <file>', 'The file, which must not exist; by default one named by the time')
    .option('--yes', 'Do not ask')
    .option(...dryRun)
    .action(async (ids: readonly string[], options: Options) =>
      discard(await begin(options), selectionOf(ids, options), {
        dryRun: options['dryRun'] === true,
        file: textOf(options['file']),
        isConfirmed: options['yes'] === true,
      }),
    );
  cli.help();
  return cli;
}

async function runSend(ids: readonly string[], options: Options): Promise<void> {
  const from = textOf(options['from']);
  const isDryRun = options['dryRun'] === true;
  const maxPerSecond = readRate(options['maxPerSecond']);
  const selection = selectionOf(ids, options);
  const isSaid = selection.ids.length > 0 || ['all', 'reason', 'queue', 'from'].some((name) => options[name]);
  if (!isSaid && !isDryRun) throw new Error('say what to send: ids, --reason, --queue, --all or --from');
  const operation = await begin(options);
  const sending = { dryRun: isDryRun, maxPerSecond };
  await (from === undefined
    ? send(operation, selection, sending)
    : sendFrom(operation, from, selection, sending));
}

async function begin(options: Options): Promise<Operation> {
  const outputsFile = textOf(options['outputs']) ?? '';
  const { tableName, eventBusName, retentionDays, local } = await readOutputs(outputsFile);
  if (!tableName)
    throw new Error(`--outputs ${outputsFile}: it holds no TableName; cdk deploy --all writes it`);
  if (local) useEndpointsOf(local);
  const queuePrefix = eventBusName.replace(/events$/, '');
  const messages = createHeldMessages(new SQSClient({ useQueueUrlAsEndpoint: false }), queuePrefix);
  const held = (await messages.listQueues()).filter(isHeld);
  const named = textOf(options['queue']);
  if (named !== undefined && !held.includes(named))
    throw new Error(`--queue=${named}: must be one of ${held.join(', ')}`);
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  const table = connectTable(tableName, retentionDays);
  return {
    messages,
    deliveries: createDeliveryLog(table),
    events: createEventLog(table),
    deliveryHistory: createDeliveryHistory(table),
    eventHistory: createEventHistory(table),
    queuePrefix,
    queueNames: named === undefined ? held : [named],
    now: () => new Date(),
    signal: stopping.signal,
    isJson: options['json'] === true,
    ask: process.stdin.isTTY ? ask : undefined,
    print: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void (options['json'] === true ? process.stderr : process.stdout).write(`${line}\n`),
  };
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

function isHeld(queueName: string): boolean {
  return queueName.endsWith('-dlq') || queueName === 'exhausted-deliveries' || queueName === 'unrouted';
}

/** An id that begins with a dash stands behind `--`. */
function selectionOf(ids: readonly string[], options: Options): Selection {
  const behindDashes = options['--'] as readonly string[];
  return {
    ids: [...ids, ...behindDashes].map(String),
    reason: textOf(options['reason']),
    account: textOf(options['account']),
  };
}

/** What looks like a number is one by now. */
function textOf(option: unknown): string | undefined {
  return typeof option === 'string' || typeof option === 'number' ? String(option) : undefined;
}

function readRate(given: unknown): number {
  const maxPerSecond = Number(given);
  if (!(maxPerSecond > 0)) throw new Error('--max-per-second: must be a number above 0');
  return maxPerSecond;
}

async function main(): Promise<void> {
  const cli = declareCommands();
  cli.parse(process.argv, { run: false });
  const isNamed = cli.matchedCommandName !== undefined;
  if (cli.matchedCommand && !isNamed && cli.args.length > 0)
    throw new Error(`${cli.args[0]}: no such command; the commands are list, show, send and discard`);
  await cli.runMatchedCommand();
}

// A reader that has seen enough, such as `head`, must not end the run.
process.stdout.on('error', () => {});
main().catch((error: NodeJS.ErrnoException) => {
  const hint =
    error.code === 'ECONNREFUSED' ? '; a local run that has ended is started again with npm start' : '';
  process.stderr.write(`${error.message}${hint}\n`);
  process.exitCode = 1;
});
