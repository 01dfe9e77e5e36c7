import { randomBytes } from 'node:crypto';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { openConnections } from '../adapters/aws-connections.ts';
import { createAccountStore } from '../adapters/dynamo-account-store.ts';
import { connectTable } from '../adapters/dynamo-client.ts';
import { createDeliveryLog } from '../adapters/dynamo-delivery-log.ts';
import { createDueIndex } from '../adapters/dynamo-due-index.ts';
import { createExhaustedCount } from '../adapters/dynamo-exhausted-count.ts';
import { createParkedDeliveries } from '../adapters/dynamo-parked-deliveries.ts';
import { createStageStatusStore } from '../adapters/dynamo-stage-status.ts';
import { createSubscriptionStore } from '../adapters/dynamo-subscription-store.ts';
import { createTokenStore } from '../adapters/dynamo-token-store.ts';
import { createNoticePublisher } from '../adapters/eventbridge-notices.ts';
import { cacheAccountStatus } from '../adapters/lru-caches.ts';
import { createRetryQueue } from '../adapters/sqs-retry-queue.ts';
import { readEnv, sweeperEnv } from './env.ts';
import { createLambdaHandler } from './lambda-handler.ts';
import { createSweeper } from './sweeper/sweep.ts';
import { createTelemetry } from './telemetry.ts';

const env = readEnv(sweeperEnv, process.env);
const connections = openConnections();
const sqs = connections.connect(SQSClient, { useQueueUrlAsEndpoint: false });
const table = connectTable(env.TABLE_NAME, env.settings.retentionDays, connections);
const { telemetry, middlewares } = createTelemetry(env.METRICS_NAMESPACE);

const deliveries = createDeliveryLog(table);
const sweep = createSweeper({
  dueIndex: createDueIndex(table),
  deliveries,
  parked: createParkedDeliveries(table),
  exhaustedCount: createExhaustedCount(table),
  subscriptions: createSubscriptionStore(table),
  accounts: cacheAccountStatus(createAccountStore(table), env.settings.cacheMs),
  stageStatus: createStageStatusStore(table),
  tokens: createTokenStore(table),
  retries: createRetryQueue(sqs, env.RETRY_QUEUE_URL),
  notices: createNoticePublisher(connections.connect(EventBridgeClient), env.EVENT_BUS_NAME),
  telemetry,
  leaseMs: env.settings.sweepLeaseMs,
  spreadSeconds: env.settings.sweepSpreadSeconds,
  settings: env.settings,
  now: () => new Date(),
  randomBytes,
});

export const handler = createLambdaHandler<unknown, void>(
  (_event, context) => sweep(() => context.getRemainingTimeInMillis()),
  middlewares,
);
