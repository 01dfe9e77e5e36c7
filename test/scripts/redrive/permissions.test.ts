import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createDeliveryLog } from '../../../adapters/dynamo-delivery-log.ts';
import { createEventLog } from '../../../adapters/dynamo-event-log.ts';
import { startWireProxy, type WireProxy } from '../../../bench/wire-proxy.ts';
import { messageFor } from '../../../core/deliveries/delivery.ts';
import { eventCatalog } from '../../../core/events/event-catalog.ts';
import { envelope, eventOf, exhaustedDelivery, uniqueId } from '../../support/builders.ts';
import {
  connectTableAt,
  type QueueEngine,
  startQueues,
  startTable,
  type TableEngine,
} from '../../support/engines.ts';
import { bareShell } from '../../support/shell.ts';

// Each command reads its sources anew.
jest.setTimeout(120_000);

const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));
const prefix = 'iomnihub-webhooks-STAGE-';
const [{ type }] = eventCatalog;

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: unknown;
}

let engine: TableEngine;
let queues: QueueEngine;
let sqs: WireProxy;
let table: WireProxy;
let folder: string;
beforeAll(async () => {
  [engine, queues] = await Promise.all([startTable(), startQueues()]);
  [sqs, table] = await Promise.all([startWireProxy(queues.endpoint), startWireProxy(engine.endpoint)]);
  // The wait for an empty queue is SQS' own and teaches nothing.
  sqs.intercept((call) =>
    call.forward('WaitTimeSeconds' in call.input ? { ...call.input, WaitTimeSeconds: 0 } : call.input),
  );
  folder = await mkdtemp(join(tmpdir(), 'permissions-'));
  const outputs = {
    Data: { TableName: engine.table.tableName },
    Delivery: { EventBusName: `${prefix}events`, RetentionDays: '30' },
    Local: { EventsEndpoint: 'http://127.0.0.1:1', SqsEndpoint: sqs.url, DynamoDbEndpoint: table.url },
  };
  await writeFile(join(folder, 'outputs.json'), JSON.stringify(outputs));
});
afterAll(async () => {
  await Promise.all([sqs.close(), table.close()]);
  await Promise.all([engine.close(), queues.close()]);
  await rm(folder, { recursive: true });
});

function redrive(...args: string[]): Promise<void> {
  const command = [join(repositoryRoot, 'scripts/redrive.ts'), ...args, '--outputs', 'outputs.json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { cwd: folder, env: bareShell }, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}

/** The policy of docs/runbook.md. */
function documentedStatements(): Statement[] {
  const runbook = readFileSync(join(repositoryRoot, 'docs/runbook.md'), 'utf8');
  const [, policy = ''] = /## Permissions of an operator[\s\S]*?```json\n([\s\S]*?)```/.exec(runbook) ?? [];
  return (JSON.parse(policy) as { Statement: Statement[] }).Statement;
}

/** What each call needs: an action of IAM, and the resource that it is about. */
function neededBy({ operation, input }: WireProxy['calls'][number], service: 'sqs' | 'dynamodb') {
  const action = operation.replace(/^ChangeMessageVisibilityBatch$/, 'ChangeMessageVisibility');
  const queue = String(input.QueueName ?? input.QueueUrl ?? '')
    .split('/')
    .at(-1);
  const resource =
    service === 'sqs' ? `arn:aws:sqs:REGION:ACCOUNT:${queue}` : 'arn:aws:dynamodb:REGION:ACCOUNT:table/TABLE';
  return { action: `${service}:${action}`, resource: operation === 'ListQueues' ? '*' : resource };
}

function allows(statement: Statement, { action, resource }: ReturnType<typeof neededBy>): boolean {
  const isMatch = (pattern: string) =>
    new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`).test(resource);
  return [statement.Action].flat().includes(action) && [statement.Resource].flat().some(isMatch);
}

test('the policy in the runbook allows every call that the commands make, and nothing else', async () => {
  const direct = await connectTableAt(engine.endpoint);
  const held = queues.createQueue(`${prefix}exhausted-deliveries`);
  const unrouted = queues.createQueue(`${prefix}unrouted`);
  for (const name of ['deliveries', 'retries', type.replaceAll('.', '-')])
    queues.createWorkQueue(prefix + name);
  const row = exhaustedDelivery({ eventId: uniqueId('evt'), version: 6 });
  await createEventLog(direct).recordEvent(eventOf(row), [], new Date());
  await createDeliveryLog(direct).replaceDelivery(undefined, row);
  direct.client.destroy();
  const put = (QueueUrl: string, MessageBody: string) =>
    queues.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  await put(held.url, JSON.stringify(messageFor(row)));
  await put(unrouted.url, envelope({ type }));
  await put(unrouted.url, envelope({ type: 'ticket.exploded', detail: { id: 'evt_bad' } }));

  await redrive('list');
  await redrive('show', row.eventId, 'evt_bad');
  await redrive('send', '--all', '--dry-run');
  await redrive('discard', 'evt_bad', '--yes', '--file=bad.jsonl');
  await redrive('send', '--all', '--max-per-second=1000');
  await redrive('send', '--from=bad.jsonl');

  const needed = [
    ...sqs.calls.map((call) => neededBy(call, 'sqs')),
    ...table.calls.map((call) => neededBy(call, 'dynamodb')),
  ];
  const statements = documentedStatements();
  expect(needed.length).toBeGreaterThan(50);
  const refused = needed.filter((one) => !statements.some((statement) => allows(statement, one)));
  expect(refused).toEqual([]);
  for (const statement of statements) {
    const used = needed.filter((one) => allows(statement, one)).map(({ action }) => action);
    expect([...new Set(used)].toSorted()).toEqual([statement.Action].flat().toSorted());
  }
  const keys = table.calls.map(({ input }) =>
    JSON.stringify(input.Key?.pk ?? input.Item?.pk ?? input.ExpressionAttributeValues?.[':pk']),
  );
  for (const key of keys) expect(key).toMatch(/^\{"S":"A#/);
});
