import { randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { SQSClient } from '@aws-sdk/client-sqs';
import { openConnections } from '../adapters/aws-connections.ts';
import { createNameResolver } from '../adapters/dns-name-resolver.ts';
import { createAccountStore } from '../adapters/dynamo-account-store.ts';
import { createAuditLog } from '../adapters/dynamo-audit-log.ts';
import { connectTable } from '../adapters/dynamo-client.ts';
import { createCredentialStore } from '../adapters/dynamo-credential-store.ts';
import { createDeliveryHistory } from '../adapters/dynamo-delivery-history.ts';
import { createDeliveryLog } from '../adapters/dynamo-delivery-log.ts';
import { createEventHistory } from '../adapters/dynamo-event-history.ts';
import { createEventLog } from '../adapters/dynamo-event-log.ts';
import { createIdempotencyStore } from '../adapters/dynamo-idempotency-store.ts';
import { createNamedHosts } from '../adapters/dynamo-named-hosts.ts';
import { createParkedDeliveries } from '../adapters/dynamo-parked-deliveries.ts';
import { createSlots } from '../adapters/dynamo-slots.ts';
import { createStageStatusStore } from '../adapters/dynamo-stage-status.ts';
import { createStatisticsHistory } from '../adapters/dynamo-statistics.ts';
import { createSubscriptionStore } from '../adapters/dynamo-subscription-store.ts';
import { createTokenStore } from '../adapters/dynamo-token-store.ts';
import { createDescriptionReader } from '../adapters/file-description.ts';
import { deriveKey } from '../adapters/kms-derived-key.ts';
import { createSecretCipher } from '../adapters/kms-secret-cipher.ts';
import { cacheAccountStatus, cacheStageStatus } from '../adapters/lru-caches.ts';
import { createRetryQueue } from '../adapters/sqs-retry-queue.ts';
import type { ApiResponse } from './api/http/response.ts';
import { createApi } from './api/router.ts';
import { apiEnv, callbackUrlRules, readEnv } from './env.ts';
import { createLambdaHandler } from './lambda-handler.ts';
import { createCallLimiter } from './receivers/call-limiter.ts';
import { createTelemetry } from './telemetry.ts';

const env = readEnv(apiEnv, process.env);
const connections = openConnections();
const kms = connections.connect(KMSClient);
const sqs = connections.connect(SQSClient, { useQueueUrlAsEndpoint: false });
const table = connectTable(env.TABLE_NAME, env.settings.retentionDays, connections);
const rules = callbackUrlRules(env.settings);
const accounts = createAccountStore(table);
const { telemetry, middlewares } = createTelemetry(env.METRICS_NAMESPACE);

const api = createApi({
  ...env.settings,
  subscriptions: createSubscriptionStore(table),
  accounts,
  accountStatus: cacheAccountStatus(accounts, env.settings.cacheMs),
  stageStatus: cacheStageStatus(createStageStatusStore(table), env.settings.cacheMs),
  credentials: createCredentialStore(table),
  slots: createSlots(table),
  auditLog: createAuditLog(table),
  idempotency: createIdempotencyStore(table),
  deliveries: createDeliveryLog(table),
  deliveryHistory: createDeliveryHistory(table),
  events: createEventLog(table),
  eventHistory: createEventHistory(table),
  retries: createRetryQueue(sqs, env.RETRY_QUEUE_URL),
  parked: createParkedDeliveries(table),
  statistics: createStatisticsHistory(table),
  cipher: createSecretCipher(kms, env.SECRETS_KEY_ID),
  cursorKey: deriveKey(kms, env.CURSOR_KEY_ID, 'cursors of the HTTP API'),
  rules,
  names: createNameResolver(),
  reserveTurns: createCallLimiter(createTokenStore(table)),
  namedHosts: createNamedHosts(table),
  now: () => new Date(),
  randomBytes,
  portalUrl: env.PORTAL_URL,
  telemetry,
  // The folder of the bundle, as Lambda names it.
  readDescription: createDescriptionReader(process.env['LAMBDA_TASK_ROOT'] ?? '.'),
});

export const handler = createLambdaHandler<object, ApiResponse>(api, middlewares);
