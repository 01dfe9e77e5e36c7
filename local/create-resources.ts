import { join } from 'node:path';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Engines, EngineUrls } from './engines.ts';
import { region } from './intrinsics.ts';
import { createLambdaFunction, type LambdaFunction, type LambdaSettings } from './lambda-function.ts';
import { functionArn, type Resources } from './resources.ts';
import { operatorCredentials } from './sigv4.ts';

/** Creates the resources of the templates that need no others. wiring.ts connects them. */

export async function createTables(resources: Resources, { dynamoUrl }: Engines): Promise<void> {
  const dynamo = new DynamoDBClient({ endpoint: dynamoUrl, region, credentials: operatorCredentials });
  const tables = resources.ofType('AWS::DynamoDB::Table');
  if (tables.length === 0) throw new Error('tableName: the local run has no table but its own; leave it out');
  for (const { ref, properties } of tables) {
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
      if ((error as Error).name !== 'ResourceInUseException') throw error;
      await requireSameIndexes(dynamo, ref, GlobalSecondaryIndexes);
    }
  }
  dynamo.destroy();
}

/**
 * A table that was kept from an earlier run may have the indexes of an older template. Queries would then find
 * nothing.
 */
async function requireSameIndexes(
  dynamo: DynamoDBClient,
  TableName: string,
  wanted: CreateTableCommandInput['GlobalSecondaryIndexes'] = [],
): Promise<void> {
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
  if (describeIndexes(Table?.GlobalSecondaryIndexes) !== describeIndexes(wanted))
    throw new Error('--data: the table in this folder is from an earlier version; use another folder');
}

function describeIndexes(
  indexes: readonly { IndexName?: string | undefined; KeySchema?: KeySchemaElement[] | undefined }[] = [],
): string {
  const texts = indexes.map(
    ({ IndexName, KeySchema = [] }) =>
      `${IndexName} ${KeySchema.map(({ AttributeName }) => AttributeName).join(' ')}`,
  );
  return texts.sort((a, b) => (a < b ? -1 : 1)).join();
}

export async function createQueues(resources: Resources, sqs: SQSClient): Promise<void> {
  const names = [
    'DelaySeconds',
    'MaximumMessageSize',
    'MessageRetentionPeriod',
    'RedrivePolicy',
    'VisibilityTimeout',
  ];
  const queues = resources.ofType('AWS::SQS::Queue');
  // Dead-letter queues first, because a redrive policy must point at an existing queue.
  const ordered = [...queues].sort(
    (a, b) => Number('RedrivePolicy' in a.properties) - Number('RedrivePolicy' in b.properties),
  );
  for (const { ref, properties } of ordered) {
    const given = names.filter((name) => properties[name] !== undefined);
    const Attributes = Object.fromEntries(given.map((name) => [name, JSON.stringify(properties[name])]));
    await createQueue(sqs, ref, Attributes);
  }
}

/** Applies the template's attributes to a queue that was kept from an earlier run. */
async function createQueue(
  sqs: SQSClient,
  QueueUrl: string,
  Attributes: Record<string, string>,
): Promise<void> {
  try {
    await sqs.send(new CreateQueueCommand({ QueueName: QueueUrl.split('/').at(-1), Attributes }));
  } catch (error) {
    if (!/QueueNameExists|QueueAlreadyExists/.test((error as Error).name)) throw error;
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  }
}

/** Where functions find the services. Without a bus, they can publish nothing. */
export interface FunctionUrls extends EngineUrls {
  readonly eventsUrl?: string;
}

/** A function of the templates, as Lambda would run it against these engines. */
export type DeployedFunction = Pick<
  LambdaSettings,
  'name' | 'arn' | 'codeFolder' | 'handler' | 'environment' | 'timeoutMs'
>;

export function describeFunctions(resources: Resources, engines: FunctionUrls): DeployedFunction[] {
  return resources.ofType('AWS::Lambda::Function').map(({ ref, stack, properties }) => {
    const { Code, Environment, Handler, Timeout } = properties as {
      Code: { S3Key: string };
      Environment?: { Variables: Record<string, string> };
      Handler: string;
      Timeout: number;
    };
    const codeFolder = stack.assetFolders.get(Code.S3Key);
    if (!codeFolder) throw new Error(`the code of ${ref} is not among the assets of ${stack.name}`);
    return {
      name: ref,
      arn: functionArn(ref),
      codeFolder,
      handler: Handler,
      environment: {
        ...Environment?.Variables,
        ...awsEnvironment(ref, engines),
        LAMBDA_TASK_ROOT: codeFolder,
      },
      timeoutMs: Timeout * 1_000,
    };
  });
}

export async function createFunctions(
  resources: Resources,
  engines: FunctionUrls,
  {
    logFolder,
    maxSandboxes,
    onFault,
  }: Pick<LambdaSettings, 'maxSandboxes' | 'onFault'> & { logFolder: string },
): Promise<Map<string, LambdaFunction>> {
  const lambdas = await Promise.all(
    describeFunctions(resources, engines).map((deployed) =>
      createLambdaFunction({
        ...deployed,
        logFile: join(logFolder, `${deployed.name}.log`),
        maxSandboxes,
        onFault,
      }),
    ),
  );
  return new Map(lambdas.map((lambda) => [lambda.settings.arn, lambda]));
}

/** The variables that the Lambda service sets, and those with which the SDK finds the local endpoints. */
export function awsEnvironment(
  functionName: string,
  { sqsUrl, dynamoUrl, kmsUrl, eventsUrl }: FunctionUrls,
): Record<string, string> {
  return {
    AWS_REGION: region,
    // As on AWS, a function has credentials of its own.
    AWS_ACCESS_KEY_ID: functionName,
    AWS_SECRET_ACCESS_KEY: operatorCredentials.secretAccessKey,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_ENDPOINT_URL_SQS: sqsUrl,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoUrl,
    AWS_ENDPOINT_URL_KMS: kmsUrl,
    ...(eventsUrl === undefined ? {} : { AWS_ENDPOINT_URL_EVENTBRIDGE: eventsUrl }),
    TZ: 'UTC',
  };
}
