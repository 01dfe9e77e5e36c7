import type { LocalOutputs } from './stage-outputs.ts';

/** Lets clients of AWS talk to a local run, which takes any credentials. */
export function useEndpointsOf({ SqsEndpoint, DynamoDbEndpoint }: LocalOutputs): void {
  process.env['AWS_ENDPOINT_URL_SQS'] = SqsEndpoint;
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = DynamoDbEndpoint;
  process.env['AWS_REGION'] = 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] = process.env['AWS_SECRET_ACCESS_KEY'] = 'local';
}
