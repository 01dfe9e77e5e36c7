import type { Duration } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type * as z from 'zod';
import { delivererEnvSchema, dispatcherEnvSchema } from '../functions/env.ts';
import type { DataStack } from './data-stack.ts';
import { metricsNamespace, type Stage } from './stage.ts';
import { WebhookFunction } from './webhook-function.ts';

export interface DeliveryQueues {
  readonly deliveries: IQueue;
  readonly retries: IQueue;
  readonly exhausted: IQueue;
}

interface FunctionProps {
  readonly stage: Stage;
  readonly data: DataStack;
  readonly queues: DeliveryQueues;
  /** Where messages go that can never be processed. */
  readonly deadLetters: readonly IQueue[];
  readonly timeout: Duration;
}

/** Reads published events, plans their deliveries and enqueues them. */
export function createDispatcher(
  scope: Construct,
  { stage, data, queues, deadLetters, timeout }: FunctionProps,
) {
  const dispatcher = new WebhookFunction(scope, 'Dispatcher', {
    consequence: 'account owners do not receive callbacks',
    alarmTopic: data.alarmTopic,
    entry: 'dispatcher',
    description: 'Turns published events into deliveries, one for each subscription that takes the event',
    envSchema: dispatcherEnvSchema,
    env: {
      ...commonEnv(stage, data),
      ...cacheEnv(stage),
      DELIVERY_QUEUE_URL: queues.deliveries.queueUrl,
    },
    timeout,
    memoryMb: 512,
  });
  dispatcher.allow(['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:PutItem'], data.table.tableArn);
  dispatcher.allow(['sqs:SendMessage'], queues.deliveries.queueArn);
  allowRejecting(dispatcher, deadLetters);
  return dispatcher.lambda;
}

/** Calls receivers and records what came of it. */
export function createDeliverer(
  scope: Construct,
  { stage, data, queues, deadLetters, timeout }: FunctionProps,
) {
  const deliverer = new WebhookFunction(scope, 'Deliverer', {
    consequence: 'account owners do not receive callbacks',
    alarmTopic: data.alarmTopic,
    entry: 'deliverer',
    description: 'Delivers signed callbacks to the URLs of account owners',
    envSchema: delivererEnvSchema,
    env: {
      ...commonEnv(stage, data),
      ...cacheEnv(stage),
      RETRY_QUEUE_URL: queues.retries.queueUrl,
      EXHAUSTED_QUEUE_URL: queues.exhausted.queueUrl,
      SECRETS_KEY_ID: data.secretsKey.keyId,
      RETRY_SCHEDULE_SECONDS: stage.retryScheduleSeconds,
      RETRY_HORIZON_SECONDS: String(stage.retryHorizonSeconds),
      QUEUE_MARGIN_SECONDS: String(stage.queueMarginSeconds),
      CALLBACK_TIMEOUT_MS: String(stage.callbackTimeoutMs),
      CLAIM_LEASE_MS: String(stage.claimLeaseMs),
      ...callbackEnv(stage),
    },
    timeout,
    memoryMb: 512,
  });
  const tableActions = ['GetItem', 'PutItem', 'UpdateItem', 'BatchWriteItem'];
  deliverer.allow(
    tableActions.map((action) => `dynamodb:${action}`),
    data.table.tableArn,
  );
  deliverer.allow(['sqs:SendMessage'], queues.retries.queueArn, queues.exhausted.queueArn);
  deliverer.allow(['kms:Decrypt'], data.secretsKey.keyArn);
  allowRejecting(deliverer, deadLetters);
  return deliverer.lambda;
}

export function commonEnv(stage: Stage, data: DataStack) {
  return {
    TABLE_NAME: data.table.tableName,
    RETENTION_DAYS: String(stage.retentionDays),
    METRICS_NAMESPACE: metricsNamespace(stage),
  };
}

/** For every function that reads subscriptions or accounts again and again. */
export function cacheEnv({ cacheMs }: Stage) {
  return { CACHE_MS: String(cacheMs) };
}

/** Where callbacks may go, and how many a second: for every function that calls receivers. */
export function callbackEnv(stage: Stage) {
  return {
    ALLOW_PRIVATE_CALLBACKS: String(stage.allowPrivateCallbacks),
    CALLBACK_PORTS: stage.callbackPorts,
    OWN_HOSTS: stage.ownHosts,
    ACCOUNT_RATE_PER_SECOND: String(stage.accountRatePerSecond),
    HOST_RATE_PER_SECOND: String(stage.hostRatePerSecond),
  };
}

function allowRejecting(
  webhookFunction: Pick<WebhookFunction<z.ZodObject>, 'allow'>,
  deadLetters: readonly IQueue[],
) {
  webhookFunction.allow(
    ['sqs:GetQueueUrl', 'sqs:SendMessage'],
    ...deadLetters.map(({ queueArn }) => queueArn),
  );
}
