import { randomUUID } from 'node:crypto';

export interface InvokedFunction {
  readonly name: string;
  readonly arn: string;
}

/** What Lambda hands to a handler beside the event, as far as anything here reads it. */
export function createContext({ name, arn }: InvokedFunction, timeoutMs: number): object {
  const deadline = Date.now() + timeoutMs;
  return {
    awsRequestId: randomUUID(),
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}
