import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type * as z from 'zod';
import { createSubscriptionStore } from '../../adapters/dynamo-subscription-store.ts';
import { createSecretCipher } from '../../adapters/kms-secret-cipher.ts';
import { formatSecret } from '../../core/deliveries/signature.ts';
import { deriveSettings } from '../../core/settings/derived-settings.ts';
import { type SettingName, settingVariables } from '../../core/settings/setting-variables.ts';
import { defaultSettings } from '../../core/settings/stage-settings.ts';
import { delivererEnv, dispatcherEnv, type FunctionEnv } from '../../functions/env.ts';
import { envelope, sqsEvent, sqsRecord, subscription, uniqueId } from '../support/builders.ts';
import {
  type KmsEngine,
  type QueueEngine,
  startKmsEngine,
  startQueues,
  startTable,
  type TableEngine,
  type WorkQueue,
} from '../support/engines.ts';
import { type FreezingProxy, startFreezingProxy } from '../support/freezing-proxy.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

/** The deployed functions in a sandbox that is thawed, when its connections to AWS have died. */

type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

let table: TableEngine;
let queues: QueueEngine;
let kms: KmsEngine;
let wire: Record<'table' | 'sqs' | 'kms', FreezingProxy>;
let receiver: Receiver;
let events: WorkQueue;
beforeAll(async () => {
  [table, queues, kms, receiver] = await Promise.all([
    startTable(),
    startQueues(),
    startKmsEngine(),
    startReceiver(),
  ]);
  wire = {
    table: await startFreezingProxy(table.endpoint),
    sqs: await startFreezingProxy(queues.endpoint),
    kms: await startFreezingProxy(kms.endpoint),
  };
  events = queues.createWorkQueue('events');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: wire.table.url,
    AWS_ENDPOINT_URL_SQS: wire.sqs.url,
    AWS_ENDPOINT_URL_KMS: wire.kms.url,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    TABLE_NAME: table.table.tableName,
    METRICS_NAMESPACE: 'tests',
    DELIVERY_QUEUE_URL: queues.createWorkQueue('deliveries').url,
    EVENT_BUS_NAME: 'events',
    RETRY_QUEUE_URL: queues.createWorkQueue('retries').url,
    EXHAUSTED_QUEUE_URL: queues.createQueue('exhausted').url,
    SECRETS_KEY_ID: 'alias/webhooks',
    ...variablesOf(dispatcherEnv),
    ...variablesOf(delivererEnv),
  });
});
afterAll(async () => {
  await Promise.all([receiver, ...Object.values(wire)].map((each) => each.close()));
  await Promise.all([table.close(), queues.close(), kms.close()]);
});

function variablesOf({ settings }: FunctionEnv<z.ZodRawShape, SettingName>): Record<string, string> {
  return settingVariables(deriveSettings({ ...defaultSettings, allowPrivateCallbacks: true }), settings);
}

async function call(load: () => Promise<{ readonly handler: unknown }>, bodies: readonly string[]) {
  const { handler } = await load();
  const records = bodies.map((body) => sqsRecord(events.arn, body, { sentAt: new Date() }));
  return (handler as Handler)(sqsEvent(...records), { getRemainingTimeInMillis: () => 30_000 } as Context);
}
const dispatch = (bodies: readonly string[]) =>
  call(() => import('../../functions/dispatcher.lambda.ts'), bodies);
const deliver = (bodies: readonly string[]) =>
  call(() => import('../../functions/deliverer.lambda.ts'), bodies);

/** An event for each of several accounts with a subscription, so that connections are opened side by side. */
async function publishable() {
  const accounts = Array.from({ length: 5 }, () => uniqueId('acc'));
  for (const accountId of accounts) {
    const id = uniqueId('sub');
    const context = { accountId, subscriptionId: id };
    const sealed = await createSecretCipher(kms.kms, 'alias/webhooks').seal(
      formatSecret(Buffer.alloc(32, 3)),
      context,
    );
    const secrets = [{ sealed, createdAt: new Date().toISOString() }];
    await createSubscriptionStore(table.table).createSubscription(
      subscription({ accountId, id, url: receiver.url, secrets }),
    );
  }
  return accounts.map((accountId) => envelope({ detail: { id: uniqueId('evt'), accountId } }));
}

const nothingFailed = { batchItemFailures: [] };
const queued = () => queues.messagesIn('deliveries').map(({ body }) => body);

test('events are dispatched and delivered by the invocation that finds them, each once', async () => {
  expect(await dispatch(await publishable())).toEqual(nothingFailed);
  expect(await deliver(queued())).toEqual(nothingFailed);
  expect(receiver.callbacks).toHaveLength(5);
  const known = queued();

  for (const proxy of Object.values(wire)) proxy.freeze('reset');
  expect(await dispatch(await publishable())).toEqual(nothingFailed);
  const sent = queued().filter((body) => !known.includes(body));
  expect(sent).toHaveLength(5);

  for (const proxy of Object.values(wire)) proxy.freeze('reset');
  expect(await deliver(sent)).toEqual(nothingFailed);
  expect(receiver.callbacks).toHaveLength(10);
});

test('a message that SQS may have got is sent again with its mark only', async () => {
  await dispatch(await publishable());
  const known = queued();
  // Of the table's connections, none dies: the first request to fail is the one to SQS.
  wire.sqs.freeze('reset');

  expect(await dispatch(await publishable())).toEqual(nothingFailed);

  const texts = wire.sqs.received().replaceAll('\\', '');
  expect(texts.match(/"recheck":false/g)).toHaveLength(5);
  expect(texts.match(/"recheck":true/g)).toHaveLength(5);
  const sent = queued().filter((body) => !known.includes(body));
  expect(sent.map((body) => (JSON.parse(body) as { recheck: boolean }).recheck)).toEqual(Array(5).fill(true));
});
