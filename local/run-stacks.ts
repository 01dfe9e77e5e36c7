import { join } from 'node:path';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { StackTemplate } from './cloud-assembly.ts';
import type { Engines } from './engines.ts';
import { startEventBus } from './event-bus.ts';
import { type EventSourceMapping, startPolling } from './event-source-mapping.ts';
import { type ApiRoute, startHttpApi } from './http-api.ts';
import { awsAccount, region } from './intrinsics.ts';
import { createLambdaFunction, type LambdaFunction } from './lambda-function.ts';
import { type Resource, type Resources, readResources } from './resources.ts';
import { parseRate, type ScheduleRule, startSchedule } from './schedule.ts';
import { operatorCredentials } from './sigv4.ts';

export interface RunningStacks {
  readonly eventsUrl: string;
  /** Per stack, as `cdk deploy --outputs-file` writes them. */
  readonly outputs: Readonly<Record<string, Record<string, string>>>;
  close(): Promise<void>;
}

export interface RunOptions {
  /** Of the HTTP API; 0 picks a free one. */
  readonly port: number;
  readonly logFolder: string;
  /** Instead of what the template says; the one thing that a run may change. */
  readonly sweepIntervalMs?: number | undefined;
  /** Told of functions that crashed or failed; what they logged is in `logFolder`. */
  readonly onFault: (text: string) => void;
}

/** Creates what the templates describe, in the order in which the parts need each other. */
export async function runStacks(
  stacks: readonly StackTemplate[],
  engines: Engines,
  { port, logFolder, sweepIntervalMs, onFault }: RunOptions,
): Promise<RunningStacks> {
  const endpoints: { sqsUrl: string; apiUrl?: string } = { sqsUrl: engines.sqsUrl };
  const resources = readResources(stacks, endpoints);
  const sqs = new SQSClient({ endpoint: engines.sqsUrl, region, credentials: operatorCredentials });

  await createTables(resources, engines);
  await createQueues(resources, sqs);
  const functions = await createFunctions(resources, engines, logFolder, onFault);
  const bus = await startEventBus(busNamesOf(resources), rulesOf(resources), sqs);
  const schedules = schedulesOf(resources, functions, sweepIntervalMs).map((rule) =>
    startSchedule(rule, onFault),
  );
  const pollers = mappingsOf(resources, functions).map((mapping) => startPolling(mapping, sqs, onFault));
  const api = await startHttpApi(routesOf(resources, functions), port, onFault);
  endpoints.apiUrl = api.url;

  return {
    eventsUrl: bus.url,
    outputs: resources.outputs(),
    async close() {
      for (const schedule of schedules) schedule.stop();
      await Promise.all([api.close(), bus.close()]);
      await Promise.all(pollers.map((poller) => poller.stop()));
      await Promise.all([...functions.values()].map((lambda) => lambda.close()));
      sqs.destroy();
    },
  };
}

async function createTables(resources: Resources, { dynamoUrl }: Engines): Promise<void> {
  const dynamo = new DynamoDBClient({ endpoint: dynamoUrl, region, credentials: operatorCredentials });
  for (const { ref, properties } of resources.ofType('AWS::DynamoDB::Table')) {
    const { AttributeDefinitions, BillingMode, GlobalSecondaryIndexes, KeySchema } =
      properties as unknown as CreateTableCommandInput;
    try {
      await dynamo.send(
        new CreateTableCommand({
          TableName: ref,
          AttributeDefinitions,
          BillingMode,
          GlobalSecondaryIndexes,
          KeySchema,
        }),
      );
    } catch (error) {
      // Kept from an earlier run with --data.
      if ((error as Error).name !== 'ResourceInUseException') throw error;
    }
  }
  dynamo.destroy();
}

async function createQueues(resources: Resources, sqs: SQSClient): Promise<void> {
  const names = ['DelaySeconds', 'MessageRetentionPeriod', 'RedrivePolicy', 'VisibilityTimeout'];
  const queues = resources.ofType('AWS::SQS::Queue');
  // Dead-letter queues first: a redrive policy has to point at a queue that exists.
  const ordered = [...queues].sort(
    (a, b) => Number('RedrivePolicy' in a.properties) - Number('RedrivePolicy' in b.properties),
  );
  for (const { ref, properties } of ordered) {
    const given = names.filter((name) => properties[name] !== undefined);
    const Attributes = Object.fromEntries(given.map((name) => [name, JSON.stringify(properties[name])]));
    await sqs.send(new CreateQueueCommand({ QueueName: ref.split('/').at(-1), Attributes }));
  }
}

async function createFunctions(
  resources: Resources,
  engines: Engines,
  logFolder: string,
  onFault: (text: string) => void,
): Promise<Map<string, LambdaFunction>> {
  const lambdas = await Promise.all(
    resources.ofType('AWS::Lambda::Function').map(({ ref, stack, properties }) => {
      const { Code, Environment, Handler, ReservedConcurrentExecutions, Timeout } = properties as {
        Code: { S3Key: string };
        Environment?: { Variables: Record<string, string> };
        Handler: string;
        ReservedConcurrentExecutions?: number;
        Timeout: number;
      };
      const codeFolder = stack.assetFolders.get(Code.S3Key);
      if (!codeFolder) throw new Error(`the code of ${ref} is not among the assets of ${stack.name}`);
      return createLambdaFunction({
        name: ref,
        arn: functionArn(ref),
        codeFolder,
        handler: Handler,
        environment: { ...Environment?.Variables, ...awsEnvironment(ref, engines) },
        timeoutMs: Timeout * 1_000,
        maxConcurrency: ReservedConcurrentExecutions,
        logFile: join(logFolder, `${ref}.log`),
        onFault,
      });
    }),
  );
  return new Map(lambdas.map((lambda) => [lambda.settings.arn, lambda]));
}

/** What the Lambda service sets, and the SDK's own variables for other endpoints than AWS'. */
function awsEnvironment(
  functionName: string,
  { sqsUrl, dynamoUrl, kmsUrl }: Engines,
): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: operatorCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operatorCredentials.secretAccessKey,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_ENDPOINT_URL_SQS: sqsUrl,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoUrl,
    AWS_ENDPOINT_URL_KMS: kmsUrl,
    TZ: 'UTC',
  };
}

function busNamesOf(resources: Resources): string[] {
  return resources.ofType('AWS::Events::EventBus').map(({ ref }) => ref);
}

function rulesOf(resources: Resources) {
  const queueUrls = new Map(resources.ofType('AWS::SQS::Queue').map(({ ref }) => [queueArn(ref), ref]));
  const rules = resources.ofType('AWS::Events::Rule').filter(({ properties }) => properties['EventPattern']);
  return rules.map(({ logicalId, properties }) => {
    const { EventPattern, Targets } = properties as {
      EventPattern: unknown;
      Targets: {
        Arn: string;
        DeadLetterConfig?: { Arn: string };
        SqsParameters?: { MessageGroupId: string };
      }[];
    };
    return {
      arn: `arn:aws:events:${region}:${awsAccount}:rule/${logicalId}`,
      pattern: EventPattern,
      targets: Targets.map(({ Arn, DeadLetterConfig, SqsParameters }) => ({
        queueUrl: known(queueUrls, Arn),
        deadLetterQueueUrl: DeadLetterConfig && known(queueUrls, DeadLetterConfig.Arn),
        messageGroupIdPath: SqsParameters?.MessageGroupId,
      })),
    };
  });
}

function schedulesOf(
  resources: Resources,
  functions: ReadonlyMap<string, LambdaFunction>,
  intervalMs: number | undefined,
): ScheduleRule[] {
  return resources.ofType('AWS::Events::Rule').flatMap(({ properties }) => {
    const { ScheduleExpression, Targets } = properties as {
      ScheduleExpression?: string;
      Targets: { Arn: string }[];
    };
    if (!ScheduleExpression) return [];
    return Targets.map(({ Arn }) => ({
      intervalMs: intervalMs ?? parseRate(ScheduleExpression),
      target: known(functions, Arn),
    }));
  });
}

function mappingsOf(
  resources: Resources,
  functions: ReadonlyMap<string, LambdaFunction>,
): EventSourceMapping[] {
  const queueUrls = new Map(resources.ofType('AWS::SQS::Queue').map(({ ref }) => [queueArn(ref), ref]));
  return resources.ofType('AWS::Lambda::EventSourceMapping').map(({ properties }) => {
    const { BatchSize, EventSourceArn, FunctionName, FunctionResponseTypes } = properties as {
      BatchSize: number;
      EventSourceArn: string;
      FunctionName: string;
      FunctionResponseTypes?: string[];
    };
    return {
      queueUrl: known(queueUrls, EventSourceArn),
      queueArn: EventSourceArn,
      batchSize: BatchSize,
      reportsFailures: FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
      target: known(functions, functionArn(FunctionName)),
    };
  });
}

function routesOf(resources: Resources, functions: ReadonlyMap<string, LambdaFunction>): ApiRoute[] {
  const integrations = byRef(resources.ofType('AWS::ApiGatewayV2::Integration'));
  const authorizers = byRef(resources.ofType('AWS::ApiGatewayV2::Authorizer'));
  return resources.ofType('AWS::ApiGatewayV2::Route').map(({ properties }) => {
    const { RouteKey, Target, AuthorizationType, AuthorizerId } = properties as Record<string, string>;
    const integration = known(integrations, Target?.replace('integrations/', ''));
    const target = known(functions, String(integration.properties['IntegrationUri']));
    if (AuthorizationType !== 'CUSTOM') {
      return {
        routeKey: RouteKey ?? '',
        target,
        authorization: { type: AuthorizationType === 'AWS_IAM' ? 'AWS_IAM' : 'NONE' },
      };
    }
    const { AuthorizerUri, IdentitySource, AuthorizerResultTtlInSeconds } = known(
      authorizers,
      AuthorizerId,
    ).properties;
    const authorizer = {
      // `…:apigateway:<region>:lambda:path/2015-03-31/functions/<function's ARN>/invocations`
      target: known(functions, /functions\/(.+)\/invocations$/.exec(String(AuthorizerUri))?.[1]),
      identitySource: IdentitySource as string[],
      ttlSeconds: Number(AuthorizerResultTtlInSeconds),
    };
    return { routeKey: RouteKey ?? '', target, authorization: { type: 'CUSTOM', authorizer } };
  });
}

function byRef(resources: readonly Resource[]): Map<string, Resource> {
  return new Map(resources.map((resource) => [resource.ref, resource]));
}

function known<T>(map: ReadonlyMap<string, T>, key: string | undefined): T {
  const value = key === undefined ? undefined : map.get(key);
  if (value === undefined)
    throw new Error(`the templates refer to ${key}, which the local run did not create`);
  return value;
}

function queueArn(queueUrl: string): string {
  return `arn:aws:sqs:${region}:${awsAccount}:${queueUrl.split('/').at(-1)}`;
}

function functionArn(name: string): string {
  return `arn:aws:lambda:${region}:${awsAccount}:function:${name}`;
}
