import type { Duration } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type * as z from 'zod';
import { delivererEnv, dispatcherEnv } from '../functions/env.ts';
import { type DataStack, itemsOf } from './data-stack.ts';
import { allowNotices } from './notices.ts';
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
  /** The queues for messages that can never be processed. */
  readonly deadLetters: readonly IQueue[];
  readonly timeout: Duration;
}

/** Reads published events, plans their deliveries and enqueues them. */
export function createDispatcher(
  scope: Construct,
  { stage, data, queues, bus, deadLetters, timeout }: FunctionProps & { readonly bus: IEventBus },
) {
  const dispatcher = new WebhookFunction(scope, 'Dispatcher', {
    consequence: 'account owners do not receive callbacks',
    alarmTopic: data.alarmTopic,
    entry: 'dispatcher',
    description: 'Turns published events into deliveries, one for each subscription that accepts the event',
    stage,
    env: dispatcherEnv,
    resources: {
      ...commonResources(stage, data),
      DELIVERY_QUEUE_URL: queues.deliveries.queueUrl,
      EVENT_BUS_NAME: bus.eventBusName,
    },
    timeout,
    memoryMb: 512,
  });
  dispatcher.allowItems(['Query', 'GetItem', 'PutItem'], data.table, itemsOf.accounts);
  dispatcher.allow(['sqs:SendMessage'], queues.deliveries.queueArn);
  allowNotices(dispatcher, bus);
  allowRejecting(dispatcher, deadLetters);
  return dispatcher;
}

/** Calls receivers and records the results. */
export function createDeliverer(
  scope: Construct,
  { stage, data, queues, deadLetters, timeout }: FunctionProps,
) {
  const deliverer = new WebhookFunction(scope, 'Deliverer', {
    consequence: 'account owners do not receive callbacks',
    alarmTopic: data.alarmTopic,
    entry: 'deliverer',
    description: 'Delivers signed callbacks to the URLs of account owners',
    stage,
    env: delivererEnv,
    resources: {
      ...commonResources(stage, data),
      RETRY_QUEUE_URL: queues.retries.queueUrl,
      EXHAUSTED_QUEUE_URL: queues.exhausted.queueUrl,
      SECRETS_KEY_ID: data.secretsKey.keyId,
    },
    timeout,
    memoryMb: 512,
    // Attempts, turns at a limit and waits for a place each send a delivery through the retry queue once more. The
    // schedule, the limits and the age of the delivery bound them.
    loops: true,
  });
  deliverer.allowItems(['GetItem', 'PutItem', 'UpdateItem', 'BatchWriteItem'], data.table, itemsOf.accounts);
  deliverer.allowItems(['GetItem'], data.table, itemsOf.stage);
  deliverer.allowItems(['GetItem', 'UpdateItem'], data.table, itemsOf.limits);
  deliverer.allow(['sqs:SendMessage'], queues.retries.queueArn, queues.exhausted.queueArn);
  deliverer.allowSecrets(['Decrypt'], data.secretsKey, 'accountId', 'subscriptionId');
  allowRejecting(deliverer, deadLetters);
  return deliverer.lambda;
}

export function commonResources(stage: Stage, data: DataStack) {
  return {
    TABLE_NAME: data.table.tableName,
    METRICS_NAMESPACE: metricsNamespace(stage),
  };
}

function allowRejecting(
  webhookFunction: Pick<WebhookFunction<z.ZodRawShape>, 'allow'>,
  deadLetters: readonly IQueue[],
) {
  webhookFunction.allow(
    ['sqs:GetQueueUrl', 'sqs:SendMessage'],
    ...deadLetters.map(({ queueArn }) => queueArn),
  );
}
