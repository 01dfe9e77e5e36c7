import type { StackTemplate } from './cloud-assembly.ts';

/**
 * Which properties of a template mean the same on this machine as on AWS. Whatever stands in a template and not here
 * is named at start-up; a type that stands in neither list stops the run.
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
  // No retries and no waiting: an invocation by schedule that fails is not repeated here.
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
    'MessageRetentionPeriod',
    'QueueName',
    'RedrivePolicy',
    'SqsManagedSseEnabled',
    'VisibilityTimeout',
  ],
};

/** Types that exist on AWS only, by what is missing here without them. */
const awsOnly: Record<string, readonly string[]> = {
  'permissions are not checked': [
    'AWS::Events::EventBusPolicy',
    'AWS::IAM::Policy',
    'AWS::IAM::Role',
    'AWS::Lambda::Permission',
    'AWS::SNS::TopicPolicy',
    'AWS::SQS::QueuePolicy',
  ],
  'nobody is alarmed': ['AWS::CloudWatch::Alarm', 'AWS::SNS::Topic'],
  'logs are plain files': ['AWS::Logs::LogGroup'],
};

/** For operators of CDK itself; it has no effect on AWS either. */
const withoutEffect = ['AWS::CDK::Metadata'];

/** Properties that are honoured but for a part of them. */
const partly: readonly string[] = [
  'AWS::Events::Rule Targets.SqsParameters.MessageGroupId: passed on, but the local queues are not fair',
];

/** Lines that say what the templates ask for and this machine does not do; throws for a type that nobody thought of. */
export function describeDifferences(stacks: readonly StackTemplate[]): string[] {
  const missing = new Map<string, Set<string>>();
  for (const { Type, Properties = {} } of stacks.flatMap((stack) => Object.values(stack.resources))) {
    if (withoutEffect.includes(Type) || Object.values(awsOnly).some((types) => types.includes(Type)))
      continue;
    const known = honoured[Type];
    if (!known) throw new Error(`the local run does not know ${Type}: see local/honoured-properties.ts`);
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
