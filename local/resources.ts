import type { StackTemplate } from './cloud-assembly.ts';
import { awsAccount, createResolver, type Identity, region } from './intrinsics.ts';

/** A resource with its intrinsic functions evaluated. */
export interface Resource {
  readonly logicalId: string;
  readonly stack: StackTemplate;
  /** The value of `Ref`. */
  readonly ref: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Resources {
  ofType(type: string): Resource[];
  outputs(): Record<string, Record<string, string>>;
}

/** Where this machine's services listen. `apiUrl` is known only after the API has started. */
export interface Endpoints {
  readonly sqsUrl: string;
  apiUrl?: string;
  /** Of the page for account owners. */
  readonly portalUrl: string;
}

/** Reads all stacks as if they were deployed to `endpoints`. */
export function readResources(stacks: readonly StackTemplate[], endpoints: Endpoints): Resources {
  const { host: portalHost } = new URL(endpoints.portalUrl);
  const resolve = createResolver(
    stacks,
    (logicalId, stack) => {
      const resource = stack.resources[logicalId];
      if (!resource) throw new Error(`${stack.name} has no resource ${logicalId}`);
      return identify(resource.Type, logicalId, resource.Properties ?? {}, endpoints);
    },
    // The template knows CloudFront's host. This machine serves the page without TLS.
    (text) => text.replace(`https://${portalHost}`, endpoints.portalUrl),
  );

  return {
    ofType(type) {
      return stacks.flatMap((stack) =>
        Object.entries(stack.resources)
          .filter(([, { Type }]) => Type === type)
          .map(([logicalId, { Properties = {} }]) => ({
            logicalId,
            stack,
            ref: identify(type, logicalId, Properties, endpoints).ref,
            properties: resolve(Properties, stack) as Record<string, unknown>,
          })),
      );
    },

    outputs() {
      return Object.fromEntries(
        stacks.map((stack) => [
          stack.name,
          Object.fromEntries(
            Object.entries(stack.outputs)
              // Leave out what CDK exports from one stack to another. Readers have no use for it.
              .filter(([, { Export }]) => !Export)
              .map(([name, { Value }]) => [name, String(resolve(Value, stack))]),
          ),
        ]),
      );
    },
  };
}

/** Names a resource as CloudFormation does. If the template gives no name, the logical id is used. */
function identify(
  type: string,
  logicalId: string,
  properties: Readonly<Record<string, unknown>>,
  endpoints: Endpoints,
): Identity {
  switch (type) {
    case 'AWS::SQS::Queue': {
      const name = textOf(properties['QueueName'], logicalId);
      return {
        ref: `${endpoints.sqsUrl}/${awsAccount}/${name}`,
        attributes: { Arn: arn('sqs', name), QueueName: name },
      };
    }
    case 'AWS::Events::EventBus': {
      const name = textOf(properties['Name'], logicalId);
      return { ref: name, attributes: { Arn: arn('events', `event-bus/${name}`), Name: name } };
    }
    case 'AWS::Lambda::Function':
      return { ref: logicalId, attributes: { Arn: arn('lambda', `function:${logicalId}`) } };
    case 'AWS::Logs::LogGroup': {
      const name = textOf(properties['LogGroupName'], logicalId);
      return { ref: name, attributes: { Arn: `${logGroupArn(name)}:*` } };
    }
    case 'AWS::DynamoDB::Table':
      return { ref: logicalId, attributes: { Arn: arn('dynamodb', `table/${logicalId}`) } };
    case 'AWS::KMS::Key':
      return { ref: logicalId, attributes: { Arn: arn('kms', `key/${logicalId}`) } };
    case 'AWS::SNS::Topic':
      return { ref: arn('sns', logicalId), attributes: { TopicArn: arn('sns', logicalId) } };
    case 'AWS::Events::Rule':
      return { ref: logicalId, attributes: { Arn: arn('events', `rule/${logicalId}`) } };
    case 'AWS::ApiGatewayV2::Api':
      return { ref: logicalId, attributes: { ApiEndpoint: endpoints.apiUrl ?? 'http://127.0.0.1' } };
    default:
      return { ref: logicalId, attributes: attributesOfPage(logicalId, endpoints) };
  }
}

/** What the page for account owners refers to. Of these resources, only the distribution is on this machine. */
function attributesOfPage(logicalId: string, { portalUrl }: Endpoints): Record<string, string> {
  return {
    Arn: arn('local', logicalId),
    DomainName: new URL(portalUrl).host,
    FunctionARN: logicalId,
    Id: logicalId,
    RegionalDomainName: `${logicalId}.s3.localhost`,
  };
}

/** The names of queues, buses and log groups must be plain text in our templates, because operators look them up by name. */
function textOf(name: unknown, fallback: string): string {
  if (name === undefined) return fallback;
  if (typeof name !== 'string')
    throw new Error(`the local run supports only names that are plain text, not ${JSON.stringify(name)}`);
  return name;
}

function arn(service: string, rest: string): string {
  return `arn:aws:${service}:${region}:${awsAccount}:${rest}`;
}

/** The ARN of a queue, from the URL that `Ref` gives. */
export function queueArn(queueUrl: string): string {
  return arn('sqs', queueUrl.slice(queueUrl.lastIndexOf('/') + 1));
}

/** Without the `:*` for its streams, which the attribute `Arn` ends with. */
export function logGroupArn(name: string): string {
  return arn('logs', `log-group:${name}`);
}

export function functionArn(name: string): string {
  return arn('lambda', `function:${name}`);
}
