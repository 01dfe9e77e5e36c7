import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { connectionTimes, openConnections } from '../adapters/aws-connections.ts';
import { connectTable } from '../adapters/dynamo-client.ts';
import { createCredentialStore } from '../adapters/dynamo-credential-store.ts';
import { authorizerTimeoutSeconds } from '../core/settings/derived-settings.ts';
import { type AuthorizerResult, createAuthorizer } from './authorizer/authorize-request.ts';
import { authorizerEnv, readEnv } from './env.ts';
import { createLambdaHandler } from './lambda-handler.ts';
import { createTelemetry } from './telemetry.ts';

const env = readEnv(authorizerEnv, process.env);
// A connection that is silent, and another one that takes its time to open and to answer, fit into the function's time.
const waitMs = (authorizerTimeoutSeconds * 1_000) / 4;
const connections = openConnections({ ...connectionTimes, connectMs: waitMs, answerMs: waitMs });
const table = connectTable(env.TABLE_NAME, env.settings.retentionDays, connections);
const { telemetry, middlewares } = createTelemetry(env.METRICS_NAMESPACE);

const authorizer = createAuthorizer({
  credentials: createCredentialStore(table),
  telemetry,
  now: () => new Date(),
});

export const handler = createLambdaHandler<APIGatewayRequestAuthorizerEventV2, AuthorizerResult>(
  authorizer,
  middlewares,
);
