import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnRoute,
  type CfnStage,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  type HttpRoute,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpIamAuthorizer,
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { methodAndPathOf, methodsServedBy, routeKeys, routeOf } from '../contract/routes.ts';
import { apiTimeoutSeconds, authorizerTimeoutSeconds } from '../core/settings/derived-settings.ts';
import { apiEnv, authorizerEnv } from '../functions/env.ts';
import { BackendRole } from './backend-role.ts';
import { corsPreflight } from './cors.ts';
import { type DataStack, itemsOf } from './data-stack.ts';
import { commonResources } from './delivery-functions.ts';
import { deployedCommit } from './deployed-commit.ts';
import { findEventBus } from './event-queues.ts';
import { Portal } from './portal.ts';
import { resourceName, type Stage } from './stage.ts';
import { WebhookFunction } from './webhook-function.ts';

export interface ApiStackProps extends StackProps {
  readonly stage: Stage;
  readonly data: DataStack;
  readonly retries: IQueue;
}

/** No content and no query of the request, because both may be confidential. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTime',
    routeKey: '$context.routeKey',
    status: '$context.status',
    latencyMs: '$context.responseLatency',
    sourceIp: '$context.identity.sourceIp',
    authorizerError: '$context.authorizer.error',
    integrationError: '$context.integrationErrorMessage',
  }),
);

/** The API with which account owners and the helpdesk backend manage subscriptions. */
export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, { stage, data, retries, ...props }: ApiStackProps) {
    super(scope, id, props);

    const accessLog = new LogGroup(this, 'AccessLog', {
      // A group elsewhere gets a statement in a resource policy that all log groups of the AWS account share, of 5,120 characters.
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html
      logGroupName: `/aws/vendedlogs/${resourceName(stage, 'api')}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const cors = corsPreflight(stage);
    const api = new HttpApi(this, 'HttpApi', {
      apiName: resourceName(stage, 'api'),
      createDefaultStage: false,
      corsPreflight: cors,
    });
    const defaultStage = new HttpStage(this, 'DefaultStage', {
      httpApi: api,
      autoDeploy: true,
      throttle: { rateLimit: 200, burstLimit: 400 },
      accessLogSettings: { destination: new LogGroupLogDestination(accessLog), format: accessLogFormat },
    });

    const portal = new Portal(this, 'Portal', { stage, api });
    const integration = new HttpLambdaIntegration(
      'ApiIntegration',
      this.#createApiFunction(stage, data, retries, portal.url).lambda,
      // One permission for the API. One for each route would fill the function's policy, which has 20 KB.
      { scopePermissionToRoute: false },
    );
    const accountKey = new HttpLambdaAuthorizer('AccountKey', this.#createAuthorizer(stage, data).lambda, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ['$request.header.Authorization'],
      // A revoked key must stop working within 60 s.
      resultsCacheTtl: Duration.seconds(30),
    });
    const authorizers = {
      read: accountKey,
      manage: accountKey,
      secrets: accountKey,
      session: accountKey,
      iam: new HttpIamAuthorizer(),
      public: new HttpNoneAuthorizer(),
    };
    const backendRoutes: HttpRoute[] = [];
    for (const routeKey of routeKeys) {
      const { path } = methodAndPathOf(routeKey);
      const { access } = routeOf(routeKey);
      const methods = methodsServedBy(routeKey).map((method) => HttpMethod[method]);
      const routes = api.addRoutes({ path, methods, integration, authorizer: authorizers[access] });
      if (access === 'public') openRoutes(defaultStage, routes);
      if (access === 'iam') backendRoutes.push(...routes);
    }
    for (const { path, methods } of otherRequests(cors !== undefined))
      openRoutes(defaultStage, api.addRoutes({ path, methods, integration }));
    if (stage.publisherPrincipalArn)
      new BackendRole(this, 'Backend', {
        principalArn: stage.publisherPrincipalArn,
        bus: findEventBus(this, stage),
        routes: backendRoutes,
      });

    new CfnOutput(this, 'ApiUrl', { value: api.apiEndpoint });
    new CfnOutput(this, 'Commit', { value: deployedCommit() });
  }

  #createApiFunction(stage: Stage, data: DataStack, retries: IQueue, portalUrl: string) {
    const api = new WebhookFunction(this, 'Api', {
      consequence: 'account owners cannot manage their subscriptions',
      alarmTopic: data.alarmTopic,
      entry: 'api',
      description: 'Serves the HTTP API of the webhooks',
      file: 'docs/openapi.json',
      stage,
      env: apiEnv,
      resources: {
        ...commonResources(stage, data),
        SECRETS_KEY_ID: data.secretsKey.keyId,
        CURSOR_KEY_ID: data.cursorKey.keyId,
        RETRY_QUEUE_URL: retries.queueUrl,
        PORTAL_URL: portalUrl,
      },
      timeout: Duration.seconds(apiTimeoutSeconds),
      memoryMb: 512,
    });
    const reads = ['Query', 'GetItem', 'BatchGetItem'];
    api.allowItems([...reads, 'PutItem', 'UpdateItem', 'DeleteItem'], data.table, itemsOf.accounts);
    api.allowItems(['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'], data.table, itemsOf.credentials);
    api.allowItems(['GetItem', 'UpdateItem'], data.table, itemsOf.limits);
    api.allowItems(['GetItem'], data.table, itemsOf.stage);
    api.allow(['dynamodb:Query'], data.feedIndexArn, data.parkedIndexArn);
    api.allow(['sqs:SendMessage'], retries.queueArn);
    const secretActions = ['GenerateDataKey', 'Decrypt'];
    api.allowSecrets(secretActions, data.secretsKey, 'accountId', 'subscriptionId');
    // Answers that are kept for repeated requests.
    api.allowSecrets(secretActions, data.secretsKey, 'accountId', 'idempotencyKey');
    api.allow(['kms:GenerateMac'], data.cursorKey.keyArn);
    return api;
  }

  #createAuthorizer(stage: Stage, data: DataStack) {
    const authorizer = new WebhookFunction(this, 'Authorizer', {
      consequence: 'account owners cannot use the API',
      alarmTopic: data.alarmTopic,
      entry: 'authorizer',
      description: 'Finds the account of an API key or a portal session',
      stage,
      env: authorizerEnv,
      resources: commonResources(stage, data),
      timeout: Duration.seconds(authorizerTimeoutSeconds),
      memoryMb: 512,
    });
    authorizer.allowItems(['GetItem', 'UpdateItem'], data.table, itemsOf.credentials);
    return authorizer;
  }
}

/**
 * What no declared route takes, so that the API can answer 404 and 405 itself. `ANY` and `$default` would take OPTIONS
 * too. With CORS, the gateway has to answer it: pages ask far more often than open routes allow.
 */
function otherRequests(hasCors: boolean): { path: string; methods: HttpMethod[] }[] {
  const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = HttpMethod;
  const others = [POST, PUT, PATCH, DELETE, ...(hasCors ? [] : [OPTIONS])];
  return [
    { path: '/', methods: others },
    { path: '/{proxy+}', methods: [GET, HEAD, ...others] },
  ];
}

/**
 * Requests a second to a route that stands open. Its own limit keeps it from using up the stage's, which all others
 * share. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
const openRouteLimit = { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 };

function openRoutes(stage: HttpStage, routes: readonly HttpRoute[]): void {
  const resource = stage.node.defaultChild as CfnStage;
  for (const route of routes) {
    const { routeKey } = route.node.defaultChild as CfnRoute;
    resource.routeSettings = { ...(resource.routeSettings as object), [routeKey]: openRouteLimit };
    // A stage cannot name a route that is not there yet.
    resource.node.addDependency(route);
    Validations.of(route).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason:
        'Public on purpose: the answer is the same for everybody and says nothing about any account, or it needs the code of a link.',
    });
  }
}
