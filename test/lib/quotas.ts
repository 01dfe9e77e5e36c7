import type { ResourceType, Statement } from './resource-properties.ts';
import { listOf, type Template } from './synthesized-template.ts';

/** A limit of AWS, and what of a template it bounds: by name, each in the quota's own unit. */
export interface Quota {
  readonly what: string;
  readonly max: number;
  readonly source: string;
  measure(template: Template): readonly Measure[];
}

type Measure = readonly [name: string, value: number];

const docs = 'https://docs.aws.amazon.com';
const cloudFormation = `${docs}/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html`;
const sqsPolicies = `${docs}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html`;
const eventBridge = `${docs}/eventbridge/latest/userguide/eb-quota.html`;
const lambda = `${docs}/lambda/latest/dg/gettingstarted-limits.html`;
const iam = `${docs}/IAM/latest/UserGuide/reference_iam-quotas.html`;
const cloudWatch = `${docs}/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html`;
const logs = `${docs}/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html`;
const httpApis = `${docs}/apigateway/latest/developerguide/http-api-quotas.html`;
const dynamoDb = `${docs}/amazondynamodb/latest/developerguide/ServiceQuotas.html`;

/** All that AWS documents for what the stacks create. Quotas of a whole Region are in docs/runbook.md. */
export const quotas: readonly Quota[] = [
  perStack('resources of a stack', 500, ({ Resources }) => count(Resources)),
  perStack('outputs of a stack', 200, ({ Outputs }) => count(Outputs)),
  perStack('parameters of a stack', 200, ({ Parameters }) => count(Parameters)),
  perStack('mappings of a stack', 200, ({ Mappings }) => count(Mappings)),
  // Above 51,200 bytes a template has to come from a bucket, as the CDK has them do.
  perStack('bytes of a template', 1_000_000, bytes),
  perStack('bytes of a description', 1_024, ({ Description }) => bytes(Description ?? '')),
  perStack('characters of a logical id', 255, ({ Resources, Outputs = {} }) =>
    longest([...Object.keys(Resources), ...Object.keys(Outputs)]),
  ),

  perQueuePolicy('bytes of a queue policy', 8_192, (document, template) =>
    deployedLength({ Version: '2012-10-17', Statement: document }, template),
  ),
  perQueuePolicy('statements of a queue policy', 20, (document) => document.length),
  perQueuePolicy('actions of a statement', 7, (document) =>
    Math.max(...document.map(({ Action }) => listOf(Action).length)),
  ),
  perQueuePolicy('principals of a queue policy', 50, (document) => document.length),
  perQueuePolicy(
    'conditions of a queue policy',
    10,
    (document) =>
      document.flatMap(({ Condition = {} }) => Object.values(Condition).flatMap(Object.keys)).length,
  ),
  {
    what: 'characters of a queue name',
    max: 80,
    source: `${docs}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html`,
    measure: each('AWS::SQS::Queue', ({ QueueName }) => QueueName.length),
  },

  {
    // 100 in af-south-1 and eu-south-1.
    what: 'rules of a bus',
    max: 300,
    source: eventBridge,
    measure: grouped('AWS::Events::Rule', ({ EventBusName = 'default' }) => EventBusName),
  },
  {
    what: 'targets of a rule',
    max: 5,
    source: eventBridge,
    measure: each('AWS::Events::Rule', ({ Targets }) => Targets.length),
  },
  {
    what: 'characters of an event pattern',
    max: 2_048,
    source: eventBridge,
    measure: each('AWS::Events::Rule', ({ EventPattern }) => bytes(EventPattern ?? {})),
  },
  {
    what: 'characters of a rule description',
    max: 512,
    source: `${docs}/eventbridge/latest/APIReference/API_PutRule.html`,
    measure: each('AWS::Events::Rule', ({ Description }) => Description.length),
  },
  {
    what: 'characters of a bus policy',
    max: 10_240,
    source: eventBridge,
    measure: each('AWS::Events::EventBusPolicy', ({ Statement: one }, template) =>
      deployedLength([one], template),
    ),
  },

  {
    what: 'bytes of an environment',
    max: 4_096,
    source: lambda,
    measure: each('AWS::Lambda::Function', ({ Environment }, template) =>
      deployedLength(Environment.Variables, template),
    ),
  },
  {
    // Each permission is a statement with an id, a condition and the names around them.
    what: 'bytes of the policy of a function',
    max: 20_480,
    source: lambda,
    measure: (template) => {
      const permissions = template.of('AWS::Lambda::Permission').map(({ ref, properties }) => {
        const wrapping = 300;
        return [
          properties.FunctionName,
          wrapping + deployedLength({ ref, ...properties }, template),
        ] as const;
      });
      return summed(permissions);
    },
  },
  {
    what: 'characters of a function description',
    max: 256,
    source: `${docs}/lambda/latest/api/API_CreateFunction.html`,
    measure: each('AWS::Lambda::Function', ({ Description }) => Description.length),
  },

  {
    what: 'characters of the inline policies of a role',
    max: 10_240,
    source: iam,
    measure: (template) =>
      summed(
        template
          .of('AWS::IAM::Policy')
          .flatMap(({ properties: { Roles, PolicyDocument } }) =>
            Roles.map((role) => [role, deployedLength(PolicyDocument, template)] as const),
          ),
      ),
  },
  {
    what: 'characters of a managed policy',
    max: 6_144,
    source: iam,
    measure: each('AWS::IAM::ManagedPolicy', ({ PolicyDocument }, template) =>
      deployedLength(PolicyDocument, template),
    ),
  },
  {
    what: 'managed policies of a role',
    max: 10,
    source: iam,
    measure: grouped('AWS::IAM::ManagedPolicy', ({ Roles }) => Roles.join()),
  },
  {
    what: 'characters of a trust policy',
    max: 2_048,
    source: iam,
    measure: each('AWS::IAM::Role', ({ AssumeRolePolicyDocument }, template) =>
      deployedLength(AssumeRolePolicyDocument, template),
    ),
  },

  {
    what: 'characters of an alarm description',
    max: 1_024,
    source: cloudWatch,
    measure: each('AWS::CloudWatch::Alarm', ({ AlarmDescription }, template) =>
      deployedLength(AlarmDescription, template),
    ),
  },
  {
    what: 'actions of an alarm',
    max: 5,
    source: cloudWatch,
    measure: each('AWS::CloudWatch::Alarm', ({ AlarmActions = [] }) => AlarmActions.length),
  },
  {
    what: 'seconds that an alarm looks back',
    max: 86_400,
    source: cloudWatch,
    measure: each(
      'AWS::CloudWatch::Alarm',
      ({ Period = 0, EvaluationPeriods }) => Period * EvaluationPeriods,
    ),
  },

  {
    what: 'characters of a resource policy of logs',
    max: 5_120,
    source: `${docs}/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html`,
    measure: each('AWS::Logs::ResourcePolicy', ({ PolicyDocument }, template) =>
      deployedLength(PolicyDocument, template),
    ),
  },
  {
    // Of an AWS account and Region, where other stages have theirs too.
    what: 'resource policies of logs',
    max: 1,
    source: logs,
    measure: (template) => [['all', template.of('AWS::Logs::ResourcePolicy').length]],
  },
  {
    what: 'metric filters of a log group',
    max: 100,
    source: logs,
    measure: grouped('AWS::Logs::MetricFilter', ({ LogGroupName }) => String(LogGroupName)),
  },
  {
    what: 'characters of a log group name',
    max: 512,
    source: logs,
    measure: each('AWS::Logs::LogGroup', ({ LogGroupName = '' }) => LogGroupName.length),
  },

  perApi('routes', 300, 'AWS::ApiGatewayV2::Route'),
  perApi('integrations', 300, 'AWS::ApiGatewayV2::Integration'),
  perApi('authorizers', 10, 'AWS::ApiGatewayV2::Authorizer'),
  perApi('stages', 10, 'AWS::ApiGatewayV2::Stage'),
  {
    what: 'bytes of an access log format',
    max: 3_072,
    source: httpApis,
    measure: each('AWS::ApiGatewayV2::Stage', ({ AccessLogSettings }) =>
      bytes(AccessLogSettings?.Format ?? ''),
    ),
  },

  {
    what: 'global secondary indexes of a table',
    max: 20,
    source: dynamoDb,
    measure: each(
      'AWS::DynamoDB::Table',
      ({ GlobalSecondaryIndexes }) => listOf(GlobalSecondaryIndexes).length,
    ),
  },
  {
    what: 'bytes of a key policy',
    max: 32_768,
    source: `${docs}/kms/latest/developerguide/resource-limits.html`,
    measure: each('AWS::KMS::Key', ({ KeyPolicy }, template) => deployedLength(KeyPolicy, template)),
  },
];

type RawTemplate = Template['raw'][number]['template'];

function perStack(what: string, max: number, measureOne: (template: RawTemplate) => number): Quota {
  return {
    what,
    max,
    source: cloudFormation,
    measure: ({ raw }) => raw.map(({ stack, template }) => [stack, measureOne(template)]),
  };
}

function perQueuePolicy(
  what: string,
  max: number,
  measureOne: (statements: readonly Statement[], template: Template) => number,
): Quota {
  const measure = each('AWS::SQS::QueuePolicy', ({ PolicyDocument }, template) =>
    measureOne(PolicyDocument.Statement, template),
  );
  return { what, max, source: sqsPolicies, measure };
}

function perApi(what: string, max: number, type: ResourceType): Quota {
  return {
    what: `${what} of an API`,
    max,
    source: httpApis,
    measure: (template) => [['the API', template.of(type).length]],
  };
}

type Properties<Type extends ResourceType> = ReturnType<
  typeof Template.prototype.of<Type>
>[number]['properties'];

function each<Type extends ResourceType>(
  type: Type,
  measureOne: (properties: Properties<Type>, template: Template) => number,
): Quota['measure'] {
  return (template) =>
    template.of(type).map(({ ref, properties }) => [ref, measureOne(properties, template)]);
}

function grouped<Type extends ResourceType>(
  type: Type,
  groupOf: (properties: Properties<Type>) => string,
): Quota['measure'] {
  return (template) => summed(template.of(type).map(({ properties }) => [groupOf(properties), 1]));
}

function summed(measures: readonly Measure[]): Measure[] {
  const sums = new Map<string, number>();
  for (const [name, value] of measures) sums.set(name, (sums.get(name) ?? 0) + value);
  return [...sums];
}

function count(entries: object | undefined): number {
  return Object.keys(entries ?? {}).length;
}

function bytes(value: unknown): number {
  return Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
}

function longest(names: readonly string[]): number {
  return Math.max(...names.map((name) => name.length));
}

/** Names that AWS makes up: as long as the longest of an account, such as the ARN of a role. */
const anyName = 'x'.repeat(140);

/** How long the text is once it is deployed, when each reference in it has become a name or an ARN. */
function deployedLength(value: unknown, template: Template): number {
  const names = new Map(
    template
      .of('AWS::SQS::Queue')
      .map(({ arn, properties }) => [arn, `arn:aws:sqs:ap-southeast-1:111122223333:${properties.QueueName}`]),
  );
  const text = JSON.stringify(value)
    .replaceAll('${AWS::Partition}', 'aws')
    .replaceAll('${AWS::Region}', 'ap-southeast-1')
    .replaceAll('${AWS::AccountId}', '111122223333')
    .replaceAll(
      /\b(?:Data|Events|Delivery|Api)\.\w+(?:\.(?:Arn|QueueName))?/g,
      (reference) => names.get(reference) ?? anyName,
    );
  return Buffer.byteLength(text);
}
