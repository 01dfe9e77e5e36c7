import { readFile } from 'node:fs/promises';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';

/** Where a stage is found, on AWS, in an emulator or in a local run. */
export interface Target {
  readonly apiUrl: string;
  readonly eventBusName: string;
  /** Of the names of all queues. */
  readonly queuePrefix: string;
  readonly retryScheduleSeconds: readonly number[];
  readonly sqs: SQSClient;
  readonly eventBridge: EventBridgeClient;
  readonly outputsFile: string;
  /** What the commands for operators need in their environment to find the same stage. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface TargetOptions {
  /** What `cdk deploy --outputs-file` or a local run wrote. */
  readonly outputsFile: string;
  /** One endpoint for all of AWS, such as an emulator's. */
  readonly endpoint: string | undefined;
  /** Instead of the `ApiUrl` of the outputs. */
  readonly apiUrl: string | undefined;
}

/** The local run takes these credentials and no others. */
const localClient = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};

/** Region and credentials are those of the AWS SDK, unless the outputs are of a local run. */
export async function readTarget(options: TargetOptions): Promise<Target> {
  const { outputsFile, endpoint } = options;
  const text = await readFile(outputsFile, 'utf8').catch(() => {
    throw new Error(
      `--outputs=${outputsFile}: no such file; cdk deploy --outputs-file and npm start write one`,
    );
  });
  const { Local, ...stacks } = JSON.parse(text) as Record<string, Record<string, string>>;
  const outputs = Object.assign({}, ...Object.values(stacks)) as Record<string, string>;
  const output = (name: string) => {
    const value = outputs[name];
    if (!value)
      throw new Error(`--outputs=${outputsFile}: holds no ${name}; deploy the stacks of this version`);
    return value;
  };
  const common = Local ? localClient : {};
  const at = (url: string | undefined) => ({ ...common, ...(url ? { endpoint: url } : {}) });
  const eventBusName = output('EventBusName');
  return {
    apiUrl: options.apiUrl ?? output('ApiUrl'),
    eventBusName,
    queuePrefix: eventBusName.replace(/events$/, ''),
    retryScheduleSeconds: output('RetryScheduleSeconds').split(',').map(Number),
    sqs: new SQSClient({ ...at(endpoint ?? Local?.['SqsEndpoint']), useQueueUrlAsEndpoint: false }),
    eventBridge: new EventBridgeClient(at(endpoint ?? Local?.['EventsEndpoint'])),
    outputsFile,
    environment: endpoint ? { AWS_ENDPOINT_URL: endpoint } : {},
  };
}

/** Throws unless three attempts are made, and all of them end within a step. */
export function requireQuickRetries({ retryScheduleSeconds }: Target, stepSeconds: number): void {
  const shown = retryScheduleSeconds.join(',');
  const remedy = 'deploy it with -c retryScheduleSeconds=0,1,1';
  if (retryScheduleSeconds.length < 3)
    throw new Error(`the stage has retryScheduleSeconds=${shown}, and three attempts are needed: ${remedy}`);
  // Jitter can make a gap twice as long.
  const longestSeconds = 2 * retryScheduleSeconds.reduce((sum, gap) => sum + gap, 0);
  if (longestSeconds >= stepSeconds)
    throw new Error(
      `the stage has retryScheduleSeconds=${shown}, which may take ${longestSeconds} s, and a step ends after ${stepSeconds} s: ${remedy}, or give a longer --step-seconds`,
    );
}
