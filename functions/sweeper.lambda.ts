import { SQSClient } from '@aws-sdk/client-sqs';
import { openConnections } from '../adapters/aws-connections.ts';
import { connectTable } from '../adapters/dynamo-client.ts';
import { createDeliveryLog } from '../adapters/dynamo-delivery-log.ts';
import { createDueIndex } from '../adapters/dynamo-due-index.ts';
import { createRetryQueue } from '../adapters/sqs-retry-queue.ts';
import { readEnv, sweeperEnv } from './env.ts';
import { createLambdaHandler } from './lambda-handler.ts';
import { createSweeper } from './sweeper/sweep-due-deliveries.ts';
import { createTelemetry } from './telemetry.ts';

const env = readEnv(sweeperEnv, process.env);
const connections = openConnections();
const sqs = connections.connect(SQSClient, { useQueueUrlAsEndpoint: false });
const table = connectTable(env.TABLE_NAME, env.settings.retentionDays, connections);
const { telemetry, middlewares } = createTelemetry(env.METRICS_NAMESPACE);

const sweep = createSweeper({
  dueIndex: createDueIndex(table),
  deliveries: createDeliveryLog(table),
  retries: createRetryQueue(sqs, env.RETRY_QUEUE_URL),
  telemetry,
  leaseMs: env.settings.sweepLeaseMs,
  spreadSeconds: env.settings.sweepSpreadSeconds,
  now: () => new Date(),
});

export const handler = createLambdaHandler<unknown, void>(
  (_event, context) => sweep(() => context.getRemainingTimeInMillis()),
  middlewares,
);
