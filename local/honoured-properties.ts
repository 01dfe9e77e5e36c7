import type { StackTemplate } from './cloud-assembly.ts';

/**
 * The properties that mean the same on this machine as on AWS. The run writes every other property of the templates into
 * `differences.txt`. It stops for a type of resource that is in neither list.
 */
const honoured: Record<string, readonly string[]> = {
  'AWS::ApiGatewayV2::Api': ['CorsConfiguration', 'Name', 'ProtocolType'],
  'AWS::ApiGatewayV2::Authorizer': [
    'ApiId',
    'AuthorizerPayloadFormatVersion',
    'AuthorizerResultTtlInSeconds',
    'AuthorizerType',
    'AuthorizerUri',
    'EnableSimpleResponses',
    'IdentitySource',
    'Name',
  ],
  'AWS::ApiGatewayV2::Integration': ['ApiId', 'IntegrationType', 'IntegrationUri', 'PayloadFormatVersion'],
  'AWS::ApiGatewayV2::Route': ['ApiId', 'AuthorizationType', 'AuthorizerId', 'RouteKey', 'Target'],
  'AWS::ApiGatewayV2::Stage': ['ApiId', 'AutoDeploy', 'StageName'],
  'AWS::CloudFront::Distribution': ['DistributionConfig'],
  'AWS::CloudFront::Function': ['FunctionCode'],
  'AWS::CloudFront::ResponseHeadersPolicy': ['ResponseHeadersPolicyConfig'],
  'AWS::DynamoDB::Table': ['AttributeDefinitions', 'BillingMode', 'GlobalSecondaryIndexes', 'KeySchema'],
  'AWS::Events::EventBus': ['Name'],
  'AWS::Events::Rule': [
    'Description',
    'EventBusName',
    'EventPattern',
    'ScheduleExpression',
    'State',
    'Targets',
  ],
  'AWS::KMS::Key': ['Description', 'KeySpec', 'KeyUsage'],
  // There are no retries here: a scheduled invocation that fails is not repeated.
  'AWS::Lambda::EventInvokeConfig': [
    'FunctionName',
    'MaximumEventAgeInSeconds',
    'MaximumRetryAttempts',
    'Qualifier',
  ],
  'AWS::Lambda::EventSourceMapping': [
    'BatchSize',
    'EventSourceArn',
    'FunctionName',
    'FunctionResponseTypes',
    'ScalingConfig',
  ],
  'AWS::Lambda::Function': ['Code', 'Description', 'Environment', 'Handler', 'Timeout'],
  'AWS::SQS::Queue': [
    'DelaySeconds',
    'MaximumMessageSize',
    'MessageRetentionPeriod',
    'QueueName',
    'RedrivePolicy',
    'SqsManagedSseEnabled',
    'VisibilityTimeout',
  ],
};

/** Types that exist on AWS only, by what this machine lacks without them. */
const awsOnly: Record<string, readonly string[]> = {
  'permissions are not checked': [
    'AWS::Events::EventBusPolicy',
    'AWS::IAM::ManagedPolicy',
    'AWS::IAM::Policy',
    'AWS::IAM::Role',
    'AWS::Lambda::Permission',
    'AWS::Logs::ResourcePolicy',
    'AWS::SNS::TopicPolicy',
    'AWS::SQS::QueuePolicy',
  ],
  'alarms notify nobody': ['AWS::CloudWatch::Alarm', 'AWS::SNS::Topic'],
  'metrics are not kept': ['AWS::Logs::MetricFilter'],
  'logs are plain files': ['AWS::Logs::LogGroup'],
  'the page is served from portal/dist': [
    'AWS::CloudFront::OriginAccessControl',
    'AWS::S3::Bucket',
    'AWS::S3::BucketPolicy',
  ],
};

/** CDK's own metadata. It has no effect on AWS either. */
const withoutEffect = ['AWS::CDK::Metadata'];

/** Properties of which one part is not honoured. */
const partly: readonly string[] = [
  'AWS::Events::Rule Targets.SqsParameters.MessageGroupId: fair by the published rules; how soon is up to AWS',
  'AWS::CloudFront::Distribution DistributionConfig: without TLS, caches and compression',
  'AWS::Events::Rule Targets that are log groups: their lines appear in the terminal only',
];

/** Lists what the templates demand and this machine does not do. Throws for a type that no list above names. */
export function describeDifferences(stacks: readonly StackTemplate[]): string[] {
  const missing = new Map<string, Set<string>>();
  for (const { Type, Properties = {} } of stacks.flatMap((stack) => Object.values(stack.resources))) {
    if (withoutEffect.includes(Type) || Object.values(awsOnly).some((types) => types.includes(Type)))
      continue;
    const known = honoured[Type];
    if (!known) throw new Error(`the local run does not support ${Type}: see local/honoured-properties.ts`);
    const rest = Object.keys(Properties).filter((name) => !known.includes(name));
    missing.set(Type, new Set([...(missing.get(Type) ?? []), ...rest]));
  }
  return [
    ...Object.entries(awsOnly).map(([lack, types]) => `${lack} (${types.join(', ')})`),
    ...[...missing]
      .filter(([, names]) => names.size > 0)
      .map(([type, names]) => `${type} ${[...names].sort().join(', ')}`),
    ...partly,
  ];
}
