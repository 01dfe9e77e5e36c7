import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { KMSClient } from '@aws-sdk/client-kms';
import { SQSClient } from '@aws-sdk/client-sqs';
import { openConnections } from '../adapters/aws-connections.ts';
import { createNameResolver } from '../adapters/dns-name-resolver.ts';
import { createAccountStore } from '../adapters/dynamo-account-store.ts';
import { connectTable } from '../adapters/dynamo-client.ts';
import { createContenderStore } from '../adapters/dynamo-contender-store.ts';
import { createDeliveryLog } from '../adapters/dynamo-delivery-log.ts';
import { createEventLog } from '../adapters/dynamo-event-log.ts';
import { createExhaustedCount } from '../adapters/dynamo-exhausted-count.ts';
import { createPlaceStore } from '../adapters/dynamo-place-store.ts';
import { createStageStatusStore } from '../adapters/dynamo-stage-status.ts';
import { createSubscriptionStore } from '../adapters/dynamo-subscription-store.ts';
import { createTokenStore } from '../adapters/dynamo-token-store.ts';
import { createCallbackSender } from '../adapters/https-callback-sender.ts';
import { createSecretCipher } from '../adapters/kms-secret-cipher.ts';
import {
  cacheAccountStatus,
  cacheNames,
  cacheStageStatus,
  cacheSubscriptionLookup,
} from '../adapters/lru-caches.ts';
import { createDeadLetters } from '../adapters/sqs-dead-letters.ts';
import { createExhaustedQueue } from '../adapters/sqs-exhausted-queue.ts';
import { createRetryQueue } from '../adapters/sqs-retry-queue.ts';
import packageJson from '../package.json' with { type: 'json' };
import { createDeliverer } from './deliverer/deliver-batch.ts';
import { callbackUrlRules, delivererEnv, readEnv } from './env.ts';
import { createLambdaHandler } from './lambda-handler.ts';
import { createCallLimiter } from './receivers/call-limiter.ts';
import { createContendedHosts } from './receivers/contended-hosts.ts';
import { createTelemetry } from './telemetry.ts';

const env = readEnv(delivererEnv, process.env);
const connections = openConnections();
const sqs = connections.connect(SQSClient, { useQueueUrlAsEndpoint: false });
const table = connectTable(env.TABLE_NAME, env.settings.retentionDays, connections);
const storedSubscriptions = createSubscriptionStore(table);
const subscriptions = cacheSubscriptionLookup(storedSubscriptions, env.settings.cacheMs);
const names = cacheNames(createNameResolver());
const { telemetry, middlewares } = createTelemetry(env.METRICS_NAMESPACE);

const deliverer = createDeliverer({
  subscriptions,
  storedSubscriptions,
  accounts: cacheAccountStatus(createAccountStore(table), env.settings.cacheMs),
  stageStatus: cacheStageStatus(createStageStatusStore(table), env.settings.cacheMs),
  events: createEventLog(table),
  deliveries: createDeliveryLog(table),
  retries: createRetryQueue(sqs, env.RETRY_QUEUE_URL),
  exhaustedCount: createExhaustedCount(table),
  exhausted: createExhaustedQueue(sqs, env.EXHAUSTED_QUEUE_URL),
  deadLetters: createDeadLetters(sqs),
  cipher: createSecretCipher(connections.connect(KMSClient), env.SECRETS_KEY_ID),
  sender: createCallbackSender(callbackUrlRules(env.settings), names),
  userAgent: `iOmniHub-Webhooks/${packageJson.version}`,
  places: createPlaceStore(table),
  reserveTurns: createCallLimiter(createTokenStore(table)),
  contendedHosts: createContendedHosts(createContenderStore(table)),
  names,
  telemetry,
  recordWithinMs: 1_000,
  settings: env.settings,
  now: () => new Date(),
  random: Math.random,
  pause: setTimeout,
  randomBytes,
});

export const handler = createLambdaHandler(deliverer, middlewares);
