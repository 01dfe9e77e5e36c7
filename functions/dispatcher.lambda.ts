import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { openConnections } from '../adapters/aws-connections.ts';
import { createAccountStore } from '../adapters/dynamo-account-store.ts';
import { connectTable } from '../adapters/dynamo-client.ts';
import { createEventLog } from '../adapters/dynamo-event-log.ts';
import { createSubscriptionStore } from '../adapters/dynamo-subscription-store.ts';
import { createNoticePublisher } from '../adapters/eventbridge-notices.ts';
import { cacheAccountStatus, cacheAccountSubscriptions } from '../adapters/lru-caches.ts';
import { createDeadLetters } from '../adapters/sqs-dead-letters.ts';
import { createFirstAttemptQueue } from '../adapters/sqs-first-attempt-queue.ts';
import { createDispatcher } from './dispatcher/dispatch-events.ts';
import { dispatcherEnv, readEnv } from './env.ts';
import { createLambdaHandler } from './lambda-handler.ts';
import { createTelemetry } from './telemetry.ts';

const env = readEnv(dispatcherEnv, process.env);
const connections = openConnections();
const sqs = connections.connect(SQSClient, { useQueueUrlAsEndpoint: false });
const sqsOnce = connections.connect(SQSClient, { maxAttempts: 1, useQueueUrlAsEndpoint: false });
const table = connectTable(env.TABLE_NAME, env.settings.retentionDays, connections);
const { telemetry, middlewares } = createTelemetry(env.METRICS_NAMESPACE);

const dispatcher = createDispatcher({
  subscriptions: cacheAccountSubscriptions(createSubscriptionStore(table), env.settings.cacheMs),
  accounts: cacheAccountStatus(createAccountStore(table), env.settings.cacheMs),
  events: createEventLog(table),
  firstAttempts: createFirstAttemptQueue(sqsOnce, env.DELIVERY_QUEUE_URL, sqs),
  deadLetters: createDeadLetters(sqs),
  notices: createNoticePublisher(connections.connect(EventBridgeClient), env.EVENT_BUS_NAME),
  telemetry,
  now: () => new Date(),
});

export const handler = createLambdaHandler(dispatcher, middlewares);
