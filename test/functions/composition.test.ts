import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type * as z from 'zod';
import type { DynamoTable } from '../../adapters/dynamo-client.ts';
import { createSubscriptionStore } from '../../adapters/dynamo-subscription-store.ts';
import { createSecretCipher } from '../../adapters/kms-secret-cipher.ts';
import { internalFailure, startWireProxy, type WireProxy } from '../../bench/wire-proxy.ts';
import { formatSecret } from '../../core/deliveries/signature.ts';
import { deriveSettings } from '../../core/settings/derived-settings.ts';
import { type SettingName, settingVariables } from '../../core/settings/setting-variables.ts';
import { defaultSettings } from '../../core/settings/stage-settings.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { delivererEnv, dispatcherEnv, type FunctionEnv } from '../../functions/env.ts';
import packageJson from '../../package.json' with { type: 'json' };
import {
  deliveryMessage,
  envelope,
  sqsEvent,
  sqsRecord,
  subscription,
  uniqueId,
} from '../support/builders.ts';
import {
  connectTableAt,
  type KmsEngine,
  type QueueEngine,
  startKmsEngine,
  startQueues,
  startTable,
  type TableEngine,
  type WorkQueue,
} from '../support/engines.ts';
import { type Receiver, startReceiver, verifyCallback } from '../support/receiver.ts';

/** What the files of the deployed functions put together, called as Lambda calls them. */

type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

let engines: readonly [TableEngine, QueueEngine, KmsEngine];
let wire: { readonly table: WireProxy; readonly sqs: WireProxy };
let table: DynamoTable;
let receiver: Receiver;
let events: WorkQueue;
let deliveries: WorkQueue;
const kmsKey = 'alias/webhooks';
const secret = formatSecret(Buffer.alloc(32, 3));

beforeAll(async () => {
  engines = await Promise.all([startTable(), startQueues(), startKmsEngine()]);
  const [tableEngine, queues, kms] = engines;
  wire = {
    table: await startWireProxy(tableEngine.endpoint),
    sqs: await startWireProxy(queues.endpoint),
  };
  table = await connectTableAt(wire.table.url);
  receiver = await startReceiver();
  [events, deliveries] = [queues.createWorkQueue('events'), queues.createWorkQueue('deliveries')];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SQS: wire.sqs.url,
    AWS_ENDPOINT_URL_KMS: kms.endpoint,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    TABLE_NAME: table.tableName,
    METRICS_NAMESPACE: 'tests',
    DELIVERY_QUEUE_URL: deliveries.url,
    EVENT_BUS_NAME: 'events',
    RETRY_QUEUE_URL: queues.createWorkQueue('retries').url,
    EXHAUSTED_QUEUE_URL: queues.createQueue('exhausted').url,
    SECRETS_KEY_ID: kmsKey,
    ...variablesOf(dispatcherEnv),
    ...variablesOf(delivererEnv),
  });
});
beforeEach(() => {
  wire.table.reset();
  wire.sqs.reset();
});
afterAll(async () => {
  const [tableEngine, queues, kms] = engines;
  table.client.destroy();
  await Promise.all([receiver.close(), wire.table.close(), wire.sqs.close()]);
  await Promise.all([tableEngine.close(), queues.close(), kms.close()]);
});

function variablesOf({ settings }: FunctionEnv<z.ZodRawShape, SettingName>): Record<string, string> {
  const stage = { ...defaultSettings, allowPrivateCallbacks: true };
  return settingVariables(deriveSettings(stage), settings);
}

async function call(load: () => Promise<{ readonly handler: unknown }>, ...bodies: string[]) {
  const { handler } = await load();
  const records = bodies.map((body) => sqsRecord(events.arn, body, { sentAt: new Date() }));
  return (handler as Handler)(sqsEvent(...records), { getRemainingTimeInMillis: () => 30_000 } as Context);
}
const dispatch = (...bodies: string[]) =>
  call(() => import('../../functions/dispatcher.lambda.ts'), ...bodies);
const deliver = (...bodies: string[]) => call(() => import('../../functions/deliverer.lambda.ts'), ...bodies);

async function subscribe(): Promise<Subscription> {
  const [accountId, id] = [uniqueId('acc'), uniqueId('sub')];
  const sealed = await createSecretCipher(engines[2].kms, kmsKey).seal(secret, {
    accountId,
    subscriptionId: id,
  });
  const secrets = [{ sealed, createdAt: new Date().toISOString() }];
  const created = subscription({ accountId, id, url: receiver.url, secrets });
  await createSubscriptionStore(table).createSubscription(created);
  return created;
}

const callsOf = (proxy: WireProxy, operation: string) =>
  proxy.calls.filter((one) => one.operation === operation);

describe('the dispatcher', () => {
  test('sends what SQS refuses several times more, each time marked: a copy would look like a first message', async () => {
    const { accountId } = await subscribe();
    wire.sqs.intercept(async () => internalFailure);

    const { batchItemFailures } = await dispatch(envelope({ detail: { id: uniqueId('evt'), accountId } }));

    expect(batchItemFailures).toHaveLength(1);
    expect(
      callsOf(wire.sqs, 'SendMessageBatch').map(
        ({ input }) => JSON.parse(input.Entries[0].MessageBody).recheck,
      ),
    ).toEqual([false, true, true, true]);
  });

  test('reads the subscriptions and the status of an account once for several events', async () => {
    const { accountId } = await subscribe();
    wire.table.reset();
    for (let count = 0; count < 2; count += 1)
      await dispatch(envelope({ detail: { id: uniqueId('evt'), accountId } }));

    expect(callsOf(wire.table, 'Query')).toHaveLength(1);
    expect(callsOf(wire.table, 'GetItem')).toHaveLength(1);
    expect(callsOf(wire.sqs, 'SendMessageBatch')).toHaveLength(2);
  });
});

describe('the deliverer', () => {
  test('calls the receiver under the name and version of the product', async () => {
    const { accountId, id: subscriptionId } = await subscribe();
    const message = deliveryMessage({
      accountId,
      subscriptionId,
      acceptedAt: new Date().toISOString(),
      body: '{"a":1}',
    });

    expect(await deliver(JSON.stringify(message))).toEqual({ batchItemFailures: [] });
    const [callback] = receiver.callbacks;
    expect(callback?.headers['user-agent']).toBe(`iOmniHub-Webhooks/${packageJson.version}`);
    expect(callback && verifyCallback(callback, secret)).toEqual({ a: 1 });
  });
});
