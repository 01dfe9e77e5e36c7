import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { SQSClient } from '@aws-sdk/client-sqs';
import { connectTable, type DynamoTable } from '../../adapters/dynamo-client.ts';
import { startKms } from '../../local/kms-server.ts';
import { startSqs } from '../../local/sqs-engine.ts';

// CommonJS without types.
const dynalite = createRequire(import.meta.url)('dynalite') as (options: { createTableMs: number }) => Server;

export const region = 'us-east-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface TableEngine {
  readonly table: DynamoTable;
  readonly endpoint: string;
  close(): Promise<void>;
}

/** An in-memory DynamoDB with the table of lib/data-stack.ts. */
export async function startTable(): Promise<TableEngine> {
  const server = dynalite({ createTableMs: 0 });
  // As the proxy before it: an idle connection is closed by its client.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const table = await connectTableAt(endpoint);
  await table.client.send(
    new CreateTableCommand({
      TableName: table.tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'feed', AttributeType: 'S' },
        { AttributeName: 'feedPosition', AttributeType: 'S' },
        { AttributeName: 'dueShard', AttributeType: 'N' },
        { AttributeName: 'dueAt', AttributeType: 'S' },
        { AttributeName: 'parkedOrder', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: [
            { AttributeName: 'dueShard', KeyType: 'HASH' },
            { AttributeName: 'dueAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
        {
          IndexName: 'parked',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'parkedOrder', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
        {
          IndexName: 'feed',
          KeySchema: [
            { AttributeName: 'feed', KeyType: 'HASH' },
            { AttributeName: 'feedPosition', KeyType: 'RANGE' },
          ],
          Projection: {
            ProjectionType: 'INCLUDE',
            NonKeyAttributes: ['type', 'acceptedAt', 'recordedAt', 'isTest'],
          },
        },
      ],
    }),
  );
  return {
    table,
    endpoint,
    async close() {
      table.client.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Another client of the same table, for instance through a wire proxy. */
export async function connectTableAt(endpoint: string, tableName = 'webhooks'): Promise<DynamoTable> {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });
  const table = connectTable(tableName, 30);
  // A client reads its environment on its first call, so that call must come before the next client's.
  await table.client.send(new ListTablesCommand({}));
  return table;
}

export interface WorkQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

export interface QueueEngine {
  readonly sqs: SQSClient;
  readonly endpoint: string;
  /** A queue with a redrive policy towards `<name>-dlq`. */
  createWorkQueue(name: string): WorkQueue;
  createQueue(name: string): WorkQueue;
  /** What can be received now, without receiving it. */
  messagesIn(name: string): QueuedMessage[];
  /** What was sent with DelaySeconds. */
  delayedIn(name: string): QueuedMessage[];
  /** Both, as of one moment: between two looks a message that was delayed may become one that is not. */
  waitingIn(name: string): QueuedMessage[];
  /** The bodies of what was received and not deleted, and is not yet visible again. */
  inWorkIn(name: string): string[];
  clear(): void;
  close(): Promise<void>;
}

export interface QueuedMessage {
  readonly body: string;
  readonly attributes: Record<string, string | undefined>;
  readonly delaySeconds: number;
}

export async function startQueues(): Promise<QueueEngine> {
  const engine = await startSqs();
  const endpoint = `http://127.0.0.1:${engine.port}`;
  const sqs = connectSqsAt(endpoint);

  function create(name: string, attributes: Record<string, string> = {}): WorkQueue {
    const { queueUrl, queueArn } = engine.createQueue(name, { attributes });
    return { name, url: queueUrl, arn: queueArn };
  }

  function read(name: string, ...states: readonly ('ready' | 'delayed')[]): QueuedMessage[] {
    const queue = engine.inspectQueue(name);
    if (!queue) throw new Error(`there is no queue ${name}`);
    const messages = states.flatMap((state) => queue.messages[state]);
    return messages.map(({ body, messageAttributes, delayUntil, sentTimestamp }) => ({
      body,
      attributes: Object.fromEntries(
        Object.entries(messageAttributes).map(([key, { StringValue }]) => [key, StringValue]),
      ),
      delaySeconds: delayUntil === undefined ? 0 : (delayUntil - sentTimestamp) / 1000,
    }));
  }

  return {
    sqs,
    endpoint,
    createQueue: (name) => create(name),
    createWorkQueue(name) {
      const deadLetters = create(`${name}-dlq`);
      const policy = { deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 5 };
      return create(name, { RedrivePolicy: JSON.stringify(policy) });
    },
    messagesIn: (name) => read(name, 'ready'),
    delayedIn: (name) => read(name, 'delayed'),
    waitingIn: (name) => read(name, 'ready', 'delayed'),
    inWorkIn: (name) =>
      (engine.inspectQueue(name)?.messages.inflight ?? []).map(({ message }) => message.body),
    clear: () => engine.reset(),
    async close() {
      sqs.destroy();
      await engine.stop();
    },
  };
}

/** One try a call: what the tests break stays broken, and waiting for it would teach nothing. */
export function connectSqsAt(endpoint: string): SQSClient {
  return new SQSClient({ endpoint, region, credentials, maxAttempts: 1 });
}

export function connectEventBridgeAt(endpoint: string): EventBridgeClient {
  return new EventBridgeClient({ endpoint, region, credentials, maxAttempts: 1 });
}

export interface KmsEngine {
  readonly kms: KMSClient;
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function startKmsEngine(rootKey = Buffer.alloc(32, 7)): Promise<KmsEngine> {
  const server = await startKms(rootKey);
  const kms = connectKmsAt(server.url);
  return {
    kms,
    endpoint: server.url,
    async close() {
      kms.destroy();
      await server.close();
    },
  };
}

export function connectKmsAt(endpoint: string): KMSClient {
  return new KMSClient({ endpoint, region, credentials, maxAttempts: 1 });
}
