import type { InputTransformer } from '../../local/log-target.ts';

/** What the tests read of each kind of resource, with references as text. */
export interface ResourceProperties {
  'AWS::ApiGatewayV2::Api': Record<string, unknown>;
  'AWS::ApiGatewayV2::Authorizer': {
    readonly AuthorizerUri: string;
    readonly AuthorizerResultTtlInSeconds: number;
  };
  'AWS::ApiGatewayV2::Integration': { readonly IntegrationUri: string };
  'AWS::ApiGatewayV2::Route': {
    readonly RouteKey: string;
    readonly AuthorizationType: string;
    readonly AuthorizerId?: string;
    readonly Target: string;
  };
  'AWS::ApiGatewayV2::Stage': {
    readonly AccessLogSettings?: { readonly DestinationArn: string; readonly Format?: string };
    readonly DefaultRouteSettings?: {
      readonly ThrottlingRateLimit?: number;
      readonly ThrottlingBurstLimit?: number;
    };
    readonly RouteSettings?: Readonly<
      Record<string, { readonly ThrottlingRateLimit?: number; readonly ThrottlingBurstLimit?: number }>
    >;
  };
  'AWS::CloudWatch::Alarm': {
    readonly AlarmDescription: string;
    readonly AlarmActions?: string[];
    readonly ComparisonOperator: string;
    readonly EvaluationPeriods: number;
    readonly DatapointsToAlarm?: number;
    readonly MetricName?: string;
    readonly Namespace?: string;
    /** In seconds. */
    readonly Period?: number;
    readonly Statistic?: string;
    readonly Threshold?: number;
    readonly Dimensions?: { readonly Name: string; readonly Value: string }[];
    readonly TreatMissingData?: string;
  };
  'AWS::DynamoDB::Table': Record<string, unknown> & { readonly GlobalSecondaryIndexes?: unknown[] };
  'AWS::Events::EventBus': Record<string, unknown>;
  'AWS::Events::EventBusPolicy': { readonly Statement: Statement };
  'AWS::Events::Rule': {
    readonly EventBusName?: string;
    readonly Description: string;
    readonly State: string;
    readonly EventPattern?: { readonly source: unknown; readonly 'detail-type'?: unknown };
    readonly ScheduleExpression?: string;
    readonly Targets: {
      readonly Arn: string;
      readonly DeadLetterConfig?: { readonly Arn: string };
      readonly InputTransformer?: InputTransformer;
      readonly SqsParameters?: { readonly MessageGroupId: string };
    }[];
  };
  /** What does not fit into the inline policies of a role. */
  'AWS::IAM::ManagedPolicy': PolicyDocument & { readonly Roles: string[] };
  'AWS::IAM::Policy': PolicyDocument & { readonly Roles: string[] };
  'AWS::IAM::Role': {
    readonly AssumeRolePolicyDocument: { readonly Statement: Statement[] };
    readonly ManagedPolicyArns?: unknown;
    readonly Policies?: unknown;
  };
  'AWS::KMS::Key': {
    readonly EnableKeyRotation?: boolean;
    readonly KeySpec?: string;
    readonly KeyUsage?: string;
    readonly KeyPolicy: { readonly Statement: Statement[] };
  };
  'AWS::Lambda::EventInvokeConfig': Record<string, unknown>;
  'AWS::Lambda::EventSourceMapping': {
    readonly ScalingConfig?: { readonly MaximumConcurrency: number };
    readonly EventSourceArn: string;
    readonly FunctionName: string;
    readonly BatchSize: number;
    readonly FunctionResponseTypes?: string[];
  };
  'AWS::Lambda::Function': {
    readonly Architectures: string[];
    readonly Description: string;
    readonly Runtime: string;
    readonly RecursiveLoop?: string;
    readonly Timeout: number;
    readonly Role: string;
    readonly LoggingConfig: {
      readonly LogGroup: string;
      readonly LogFormat: string;
      readonly SystemLogLevel: string;
    };
    readonly Environment: { readonly Variables: Record<string, string> };
  };
  'AWS::Lambda::Permission': { readonly FunctionName: string; readonly Principal: string };
  'AWS::Logs::LogGroup': { readonly LogGroupName?: string; readonly RetentionInDays?: number };
  'AWS::Logs::MetricFilter': Record<string, unknown>;
  /** The document is text. */
  'AWS::Logs::ResourcePolicy': { readonly PolicyDocument: string };
  'AWS::SNS::Topic': { readonly KmsMasterKeyId: string };
  'AWS::SNS::TopicPolicy': PolicyDocument;
  'AWS::SQS::Queue': {
    readonly QueueName: string;
    readonly MaximumMessageSize: number;
    readonly MessageRetentionPeriod: number;
    readonly SqsManagedSseEnabled?: boolean;
    readonly VisibilityTimeout?: number;
    readonly RedrivePolicy?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
  };
  'AWS::SQS::QueuePolicy': PolicyDocument & { readonly Queues: string[] };
}

export type ResourceType = keyof ResourceProperties;

interface PolicyDocument {
  readonly PolicyDocument: { readonly Statement: Statement[] };
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
}
