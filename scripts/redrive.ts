import { readFile } from 'node:fs/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { cac } from 'cac';
import { connectTable } from '../adapters/dynamo-client.ts';
import { createDeliveryLog } from '../adapters/dynamo-delivery-log.ts';
import { createEventLog } from '../adapters/dynamo-event-log.ts';
import { createHeldMessages } from '../adapters/sqs-held-messages.ts';
import { createRedrive, type RedriveReport } from './redrive-queue.ts';

/** `npm run redrive`: sends what waits in dead-letter queues back to work, on AWS or in a local run. */

interface Stage {
  readonly tableName: string;
  readonly queuePrefix: string;
  readonly retentionDays: number;
}

/** Reads the outputs of a deployment or a local run; the latter's endpoints become those of the SDK. */
async function readStage(outputsFile: string): Promise<Stage> {
  const text = await readFile(outputsFile, 'utf8').catch(() => {
    throw new Error(
      `--outputs=${outputsFile}: no such file; cdk deploy --outputs-file and npm start write one`,
    );
  });
  const { Local, ...stacks } = JSON.parse(text) as Record<string, Record<string, string>>;
  if (Local) {
    process.env['AWS_ENDPOINT_URL_SQS'] = Local['SqsEndpoint'];
    process.env['AWS_ENDPOINT_URL_DYNAMODB'] = Local['DynamoDbEndpoint'];
    process.env['AWS_REGION'] = 'us-east-1';
    process.env['AWS_ACCESS_KEY_ID'] = process.env['AWS_SECRET_ACCESS_KEY'] = 'local';
  }
  const { TableName, EventBusName, RetentionDays } = Object.assign({}, ...Object.values(stacks)) as Record<
    string,
    string
  >;
  if (!TableName || !EventBusName)
    throw new Error(`--outputs=${outputsFile}: holds no TableName or EventBusName`);
  return {
    tableName: TableName,
    queuePrefix: EventBusName.replace(/events$/, ''),
    retentionDays: Number(RetentionDays),
  };
}

function isHeld(queueName: string): boolean {
  return queueName.endsWith('-dlq') || queueName === 'exhausted-deliveries' || queueName === 'unrouted';
}

function describe(queueName: string, { found, results }: RedriveReport): string {
  const total = [...found.values()].reduce((sum, count) => sum + count, 0);
  const lines = [...found].map(([reason, count]) => `  ${String(count).padStart(7)}  ${reason}`);
  const outcome = [...results].map(([result, count]) => `${count} ${result}`).join(', ');
  return [
    `${queueName}: ${total} ${total === 1 ? 'message' : 'messages'}${outcome && `, ${outcome}`}`,
    ...lines,
  ].join('\n');
}

function readRate(given: unknown): number {
  const maxPerSecond = Number(given);
  if (!(maxPerSecond > 0)) throw new Error('--max-per-second: must be a number above 0');
  return maxPerSecond;
}

async function main(): Promise<void> {
  const cli = cac('npm run redrive --');
  cli
    .command('', 'Send what waits in dead-letter queues back to work')
    .option('--queue <name>', 'Queue without the prefix of its stage, such as exhausted-deliveries')
    .option('--dry-run', 'Count by reason and change nothing; of all queues if none is named')
    .option('--reason <reason>', 'Only messages with this reason')
    .option('--max-per-second <count>', 'How many to send back in a second', { default: 100 })
    .option('--outputs <file>', 'Outputs of the stacks', { default: '.local/outputs.json' })
    .action(() => undefined);
  cli.help();
  const { options } = cli.parse();
  if (options['help']) return;

  const dryRun = options['dryRun'] === true;
  const maxPerSecond = readRate(options['maxPerSecond']);
  const { tableName, queuePrefix, retentionDays } = await readStage(String(options['outputs']));
  const messages = createHeldMessages(new SQSClient({ useQueueUrlAsEndpoint: false }), queuePrefix);
  const held = (await messages.listQueues()).filter(isHeld);
  if (options['queue'] === undefined && !dryRun) throw new Error(`name one with --queue: ${held.join(', ')}`);
  const queueNames = options['queue'] === undefined && dryRun ? held : [String(options['queue'])];
  for (const name of queueNames) {
    if (!held.includes(name)) throw new Error(`--queue=${name}: must be one of ${held.join(', ')}`);
  }

  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  const table = connectTable(tableName, retentionDays);
  const redrive = createRedrive({
    messages,
    deliveries: createDeliveryLog(table),
    events: createEventLog(table),
    now: () => new Date(),
  });
  for (const queueName of queueNames) {
    const reason = options['reason'] === undefined ? undefined : String(options['reason']);
    const report = await redrive({ queueName, dryRun, reason, maxPerSecond, signal: stopping.signal });
    process.stdout.write(`${describe(queueName, report)}\n`);
  }
  if (dryRun) process.stdout.write('A dry run: nothing was changed.\n');
  if (stopping.signal.aborted) process.stdout.write('Stopped; the same command goes on from here.\n');
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
