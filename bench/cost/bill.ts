import { costOf } from './prices.ts';
import { type InvocationModel, sumOf, type Usage } from './usage.ts';

/** In dollars, by service. */
export type Bill = Record<
  'EventBridge' | 'SQS' | 'Lambda' | 'DynamoDB' | 'KMS' | 'CloudWatch Logs' | 'Data transfer',
  number
>;

/**
 * A function gets processor time in proportion to its memory, and a whole processor at this size.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
export const memoryOfProcessorMb = 1_769;

/** Around the HTTP of a call on an open connection: TLS records, and the headers of TCP and IP of what is sent and confirmed. */
export const framingBytes = 200;

const bytesOfGb = 1e9;
const bytesOfGib = 1_024 ** 3;

/** One event with all its deliveries, first attempts that succeed. `models`: by function. */
export function billOf(usage: Usage, models: Readonly<Record<string, InvocationModel>>): Bill {
  const requests = sumOf(usage.queueRequests);
  const invocations = sumOf(usage.invocations);
  const gbSeconds = Object.entries(usage.invocations).reduce((sum, [name, count]) => {
    const model = models[name];
    if (!model) throw new Error(`nobody knows how long ${name} runs`);
    return sum + (count * durationMs(model) * model.memoryMb) / 1_024 / 1_000;
  }, 0);
  const callbackBytes = usage.callbackBytes + usage.fanOut * framingBytes;
  return {
    EventBridge: costOf('event', 1),
    SQS: costOf('queueRequest', requests) + costOf('fairQueueRequest', requests),
    Lambda: costOf('invocation', invocations) + costOf('functionMemory', gbSeconds),
    DynamoDB: costOf('writeUnit', sumOf(usage.writeUnits)) + costOf('readUnit', sumOf(usage.readUnits)),
    KMS: costOf('keyRequest', usage.keyRequests),
    'CloudWatch Logs': costOf('logIngestion', sumOf(usage.logBytes) / bytesOfGb),
    'Data transfer': costOf('egress', callbackBytes / bytesOfGb),
  };
}

/** Of the same event: to keep what was stored, with backups, in dollars. */
export function keepingCostOf({ storedBytes }: Pick<Usage, 'storedBytes'>, retentionDays: number): number {
  const gibMonths = (storedBytes / bytesOfGib) * (retentionDays / 30);
  return costOf('tableStorage', gibMonths) + costOf('tableBackup', gibMonths);
}

export function perMillionDeliveries(bill: Bill, { fanOut }: Pick<Usage, 'fanOut'>): Bill {
  const scaled = { ...bill };
  for (const service of Object.keys(bill) as (keyof Bill)[]) scaled[service] = (bill[service] / fanOut) * 1e6;
  return scaled;
}

/** What is billed for an invocation. */
export function durationMs({ memoryMb, cpuMs, waitingMs }: InvocationModel): number {
  return Math.ceil(cpuMs / Math.min(1, processorShare(memoryMb)) + waitingMs);
}

/** Of one processor. */
export function processorShare(memoryMb: number): number {
  return memoryMb / memoryOfProcessorMb;
}
