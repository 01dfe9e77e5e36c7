import middy from '@middy/core';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { createApiKeyStore } from '../adapters/dynamo-api-key-store.ts';
import { connectTable } from '../adapters/dynamo-client.ts';
import { type AuthorizerResult, createAuthorizer } from './authorize-request.ts';
import { authorizerEnvSchema, readEnv } from './env.ts';
import { createTelemetry } from './telemetry.ts';

const env = readEnv(authorizerEnvSchema, process.env);
const { middlewares } = createTelemetry(env.METRICS_NAMESPACE);
const authorizer = createAuthorizer({
  apiKeys: createApiKeyStore(connectTable(env.TABLE_NAME, env.RETENTION_DAYS)),
});

export const handler = middy<APIGatewayRequestAuthorizerEventV2, AuthorizerResult>(authorizer).use(
  middlewares,
);
