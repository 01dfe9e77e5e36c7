import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { connectionTimes, openConnections } from '../adapters/aws-connections.ts';
import { connectTable } from '../adapters/dynamo-client.ts';
import { createCredentialStore } from '../adapters/dynamo-credential-store.ts';
import { type AuthorizerResult, createAuthorizer } from './authorizer/authorize-request.ts';
import { authorizerEnv, readEnv } from './env.ts';
import { createLambdaHandler } from './lambda-handler.ts';
import { createTelemetry } from './telemetry.ts';

const env = readEnv(authorizerEnv, process.env);
// Every request waits for this function, which has five seconds: a silent connection has to leave time for another try.
const connections = openConnections({ ...connectionTimes, answerMs: 1_500 });
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
