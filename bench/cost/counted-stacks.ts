import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { region } from '../../local/intrinsics.ts';
import { runStacks } from '../../local/run-stacks.ts';
import { operatorCredentials } from '../../local/sigv4.ts';
import { synthesize } from '../../local/synthesis.ts';
import { type ProxiedEngines, startProxiedEngines } from '../proxied-engines.ts';
import type { WireProxy } from '../wire-proxy.ts';
import { type HeldQueues, holdQueues } from './held-queues.ts';
import { countReadUnits } from './read-units.ts';
import { countWriteUnits } from './write-units.ts';

/** By who asked and for what, or by what was written. */
export type Counts = Readonly<Record<string, number>>;

/** All since the last time. */
export interface Counted {
  readonly queueRequests: Counts;
  readonly tableRequests: Counts;
  readonly keyRequests: Counts;
  readonly writeUnits: Counts;
  readonly readUnits: Counts;
  readonly growthBytes: Counts;
  readonly logBytes: Counts;
  /** By function: how many batches of messages it got. */
  readonly batches: Counts;
}

export interface CountedStacks {
  readonly apiUrl: string;
  readonly eventsUrl: string;
  readonly eventBusName: string;
  readonly queues: HeldQueues;
  /** What has been asked of SQS since the last `take`. */
  readonly queueCalls: WireProxy['calls'];
  /** What functions reported or crashed with. */
  readonly faults: readonly unknown[];
  take(): Promise<Counted>;
  close(): Promise<void>;
}

/** The functions that handle an event; all that others do is left out. */
const functionNames = ['dispatcher', 'deliverer'] as const;

/**
 * The local run's own parts, with proxies on the wires that count. One sandbox for each function, so that its caches are as
 * warm as those of a busy one.
 */
export async function startCountedStacks(settings: Readonly<Record<string, string>>): Promise<CountedStacks> {
  const logFolder = await mkdtemp(join(tmpdir(), 'webhooks-cost-'));
  const { stacks } = await synthesize({ stage: 'local', allowPrivateCallbacks: 'true', ...settings });
  const { engines, proxied, wire, close: closeEngines } = await startProxiedEngines();
  const queues = holdQueues(wire.sqs);
  const faults: unknown[] = [];
  const running = await runStacks(stacks, proxied, {
    port: 0,
    logFolder,
    maxSandboxes: 1,
    sweepIntervalMs: 3_600_000,
    onFault: (fault) => void faults.push(fault),
  });
  const outputs = Object.assign({}, ...Object.values(running.outputs)) as Record<string, string>;
  const client = connectTo(engines.dynamoUrl);
  const take = await countOn(wire, { client, tableName: outputs['TableName'] ?? '' }, logFolder);

  return {
    apiUrl: outputs['ApiUrl'] ?? '',
    eventsUrl: running.eventsUrl,
    eventBusName: outputs['EventBusName'] ?? '',
    queues,
    queueCalls: wire.sqs.calls,
    faults,
    take,
    async close() {
      queues.close();
      await running.close();
      client.destroy();
      await closeEngines();
      await rm(logFolder, { recursive: true, force: true });
    },
  };
}

async function countOn(
  wire: ProxiedEngines['wire'],
  table: Pick<DynamoTable, 'client' | 'tableName'>,
  logFolder: string,
): Promise<() => Promise<Counted>> {
  const writes = countWriteUnits(wire.table, table);
  const reads = countReadUnits(wire.table, nameOf);
  const takeLogBytes = await countLogBytes(logFolder);
  return async () => ({
    batches: countBatches(wire.sqs),
    queueRequests: takeCalls(wire.sqs),
    tableRequests: takeCalls(wire.table),
    keyRequests: takeCalls(wire.kms),
    writeUnits: writes.take(),
    readUnits: reads.take(),
    growthBytes: writes.takeGrowth(),
    logBytes: await takeLogBytes(),
  });
}

/** The short name of a function, from its logical id; others, such as the pollers and the bus, are `AWS`. */
function nameOf(caller: string): string {
  return functionNames.find((name) => caller.toLowerCase().includes(`${name}function`)) ?? 'AWS';
}

function takeCalls({ calls }: WireProxy): Counts {
  const counts: Record<string, number> = {};
  for (const { caller, operation, input } of calls.splice(0)) {
    // The local bus sends events together. EventBridge sends each by itself.
    const isFromBus = nameOf(caller) === 'AWS' && operation === 'SendMessageBatch';
    const name = isFromBus ? 'AWS SendMessage' : `${nameOf(caller)} ${operation}`;
    counts[name] = (counts[name] ?? 0) + (isFromBus ? input.Entries.length : 1);
  }
  return counts;
}

/** The pollers delete the messages of a batch when its function has handled them. */
function countBatches({ calls }: WireProxy): Counts {
  const counts = { dispatcher: 0, deliverer: 0 };
  for (const { operation, input } of calls) {
    if (operation !== 'DeleteMessageBatch') continue;
    counts[/-(deliveries|retries)$/.test(String(input.QueueUrl)) ? 'deliverer' : 'dispatcher'] += 1;
  }
  return counts;
}

/** The result returns how many bytes each function has written since the last time. */
async function countLogBytes(logFolder: string): Promise<() => Promise<Counts>> {
  let seen = await sizesIn(logFolder);
  return async () => {
    const sizes = await sizesIn(logFolder);
    const written = Object.entries(sizes).map(([name, bytes]) => [name, bytes - (seen[name] ?? 0)]);
    seen = sizes;
    return Object.fromEntries(written) as Counts;
  };
}

async function sizesIn(logFolder: string): Promise<Counts> {
  const files = await readdir(logFolder);
  const sizes = files.map(
    async (file) => [nameOf(file.replace('.log', '')), (await stat(join(logFolder, file))).size] as const,
  );
  return Object.fromEntries((await Promise.all(sizes)).filter(([name]) => name !== 'AWS'));
}

function connectTo(endpoint: string): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint, region, credentials: operatorCredentials }),
  );
}
