import { type CorsConfiguration, readCorsConfiguration } from './cors.ts';
import type { BusRule } from './event-bus.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import type { ApiRoute, HttpApi } from './http-api.ts';
import { awsAccount, region } from './intrinsics.ts';
import type { LambdaFunction } from './lambda-function.ts';
import type { InputTransformer } from './log-target.ts';
import { functionArn, logGroupArn, queueArn, type Resource, type Resources } from './resources.ts';
import { parseRate, type ScheduleRule } from './schedule.ts';

/** Connects what the templates connect: rules, schedules, event source mappings and routes. */

export function busNamesOf(resources: Resources): string[] {
  return resources
    .ofType('AWS::Events::EventBus')
    .flatMap(({ ref }) => [ref, `arn:aws:events:${region}:${awsAccount}:event-bus/${ref}`]);
}

export function rulesOf(resources: Resources): BusRule[] {
  const queueUrls = new Map(resources.ofType('AWS::SQS::Queue').map(({ ref }) => [queueArn(ref), ref]));
  const logGroups = new Set(resources.ofType('AWS::Logs::LogGroup').map(({ ref }) => logGroupArn(ref)));
  const rules = resources.ofType('AWS::Events::Rule').filter(({ properties }) => properties['EventPattern']);
  return rules.map(({ logicalId, properties }) => {
    const { EventPattern, Targets } = properties as {
      EventPattern: unknown;
      Targets: {
        Arn: string;
        DeadLetterConfig?: { Arn: string };
        InputTransformer?: InputTransformer;
        SqsParameters?: { MessageGroupId: string };
      }[];
    };
    return {
      arn: `arn:aws:events:${region}:${awsAccount}:rule/${logicalId}`,
      pattern: EventPattern,
      targets: Targets.map(({ Arn, DeadLetterConfig, InputTransformer: transformer, SqsParameters }) => {
        if (transformer && logGroups.has(Arn)) return { transformer };
        return {
          queueUrl: known(queueUrls, Arn),
          deadLetterQueueUrl: DeadLetterConfig && known(queueUrls, DeadLetterConfig.Arn),
          messageGroupIdPath: SqsParameters?.MessageGroupId,
        };
      }),
    };
  });
}

export function schedulesOf(
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

export function mappingsOf(
  resources: Resources,
  functions: ReadonlyMap<string, LambdaFunction>,
): EventSourceMapping[] {
  const queueUrls = new Map(resources.ofType('AWS::SQS::Queue').map(({ ref }) => [queueArn(ref), ref]));
  return resources.ofType('AWS::Lambda::EventSourceMapping').map(({ properties }) => {
    const { BatchSize, EventSourceArn, FunctionName, FunctionResponseTypes, ScalingConfig } = properties as {
      BatchSize: number;
      EventSourceArn: string;
      FunctionName: string;
      FunctionResponseTypes?: string[];
      ScalingConfig?: { MaximumConcurrency: number };
    };
    return {
      queueUrl: known(queueUrls, EventSourceArn),
      queueArn: EventSourceArn,
      batchSize: BatchSize,
      maxConcurrency: ScalingConfig?.MaximumConcurrency,
      reportsFailures: FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
      target: known(functions, functionArn(FunctionName)),
    };
  });
}

export function httpApiOf(resources: Resources, functions: ReadonlyMap<string, LambdaFunction>): HttpApi {
  return { routes: routesOf(resources, functions), cors: corsOf(resources) };
}

function corsOf(resources: Resources): CorsConfiguration | undefined {
  const [configuration] = resources
    .ofType('AWS::ApiGatewayV2::Api')
    .flatMap(({ properties }) => (properties['CorsConfiguration'] as object | undefined) ?? []);
  return configuration && readCorsConfiguration(configuration);
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
