import middy from '@middy/core';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { connectTable } from '../adapters/dynamo-client.ts';
import { createCredentialStore } from '../adapters/dynamo-credential-store.ts';
import { type AuthorizerResult, createAuthorizer } from './authorizer/authorize-request.ts';
import { authorizerEnv, readEnv } from './env.ts';
import { createTelemetry } from './telemetry.ts';

const env = readEnv(authorizerEnv, process.env);
const table = connectTable(env.TABLE_NAME, env.settings.retentionDays);
const { telemetry, middlewares } = createTelemetry(env.METRICS_NAMESPACE);

const authorizer = createAuthorizer({
  credentials: createCredentialStore(table),
  telemetry,
  now: () => new Date(),
});

export const handler = middy<APIGatewayRequestAuthorizerEventV2, AuthorizerResult>(authorizer).use(
  middlewares,
);
