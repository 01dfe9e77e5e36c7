import { randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import middy from '@middy/core';
import { createApiKeyStore } from '../adapters/dynamo-api-key-store.ts';
import { connectTable } from '../adapters/dynamo-client.ts';
import { createSubscriptionStore } from '../adapters/dynamo-subscription-store.ts';
import { createSecretCipher } from '../adapters/kms-secret-cipher.ts';
import type { ApiResponse } from './api/http.ts';
import { apiEnvSchema, readEnv } from './env.ts';
import { type ApiEvent, createApi } from './serve-api.ts';
import { createTelemetry } from './telemetry.ts';

const env = readEnv(apiEnvSchema, process.env);
const table = connectTable(env.TABLE_NAME, env.RETENTION_DAYS);
const { telemetry, middlewares } = createTelemetry(env.METRICS_NAMESPACE);

const api = createApi({
  subscriptions: createSubscriptionStore(table),
  apiKeys: createApiKeyStore(table),
  cipher: createSecretCipher(new KMSClient({}), env.SECRETS_KEY_ID),
  allowPrivateCallbacks: env.ALLOW_PRIVATE_CALLBACKS,
  now: () => new Date(),
  randomBytes,
  telemetry,
});

export const handler = middy<ApiEvent, ApiResponse>(api).use(middlewares);
