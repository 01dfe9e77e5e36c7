import { readFile } from 'node:fs/promises';

export interface StageOutputs {
  readonly tableName: string;
  readonly queuePrefix: string;
  readonly retentionDays: number;
}

/** Reads the outputs of a deployment or a local run; the latter's endpoints become those of the SDK. */
export async function readStageOutputs(outputsFile: string): Promise<StageOutputs> {
  const text = await readFile(outputsFile, 'utf8').catch(() => {
    throw new Error(
      `--outputs=${outputsFile}: no such file; cdk deploy --outputs-file and npm start write one`,
    );
  });
  const { Local, ...stacks } = JSON.parse(text) as Record<string, Record<string, string>>;
  if (Local) {
    process.env['AWS_ENDPOINT_URL_SQS'] = Local['SqsEndpoint'];
    process.env['AWS_ENDPOINT_URL_DYNAMODB'] = Local['DynamoDbEndpoint'];
    process.env['AWS_REGION'] = 'us-east-1';
    process.env['AWS_ACCESS_KEY_ID'] = process.env['AWS_SECRET_ACCESS_KEY'] = 'local';
  }
  const { TableName, EventBusName, RetentionDays } = Object.assign({}, ...Object.values(stacks)) as Record<
    string,
    string
  >;
  if (!TableName || !EventBusName)
    throw new Error(`--outputs=${outputsFile}: holds no TableName or EventBusName`);
  return {
    tableName: TableName,
    queuePrefix: EventBusName.replace(/events$/, ''),
    retentionDays: Number(RetentionDays),
  };
}
