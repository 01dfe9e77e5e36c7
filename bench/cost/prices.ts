/**
 * THE list prices of AWS in us-east-1, in dollars, without free tiers and discounts for volume. `readIn` is the month in
 * which a price was read, `source` the page of AWS that has the present one.
 */
export interface Price {
  readonly dollars: number;
  /** How much one gets for it. */
  readonly per: number;
  readonly unit: string;
  readonly readIn: string;
  readonly source: string;
}

const million = 1_000_000;
const pages = {
  eventBridge: 'https://aws.amazon.com/eventbridge/pricing/',
  sqs: 'https://aws.amazon.com/sqs/pricing/',
  lambda: 'https://aws.amazon.com/lambda/pricing/',
  dynamoDb: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  kms: 'https://aws.amazon.com/kms/pricing/',
  cloudWatch: 'https://aws.amazon.com/cloudwatch/pricing/',
  transfer: 'https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer',
};

export const prices = {
  event: price(1, million, 'custom events of up to 64 KB', '2026-11', pages.eventBridge),
  queueRequest: price(0.4, million, 'requests of up to 64 KB to standard queues', '2026-11', pages.sqs),
  fairQueueRequest: price(0.1, million, 'requests to fair queues, on top', '2026-11', pages.sqs),
  invocation: price(0.2, million, 'invocations', '2026-11', pages.lambda),
  functionMemory: price(0.000_013_333_4, 1, 'GB-seconds on arm64', '2026-11', pages.lambda),
  writeUnit: price(0.625, million, 'write request units, of 1 KB', '2026-11', pages.dynamoDb),
  readUnit: price(0.125, million, 'read request units, of 4 KB', '2026-11', pages.dynamoDb),
  tableStorage: price(0.25, 1, 'GB-months of a standard table', '2026-11', pages.dynamoDb),
  tableBackup: price(0.2, 1, 'GB-months of point-in-time recovery', '2026-11', pages.dynamoDb),
  keyRequest: price(0.03, 10_000, 'requests with symmetric keys', '2026-03', pages.kms),
  key: price(1, 1, 'key-months', '2026-03', pages.kms),
  logIngestion: price(0.5, 1, 'GB into logs of the standard class', '2026-11', pages.cloudWatch),
  metric: price(0.3, 1, 'metric-months', '2026-02', pages.cloudWatch),
  alarm: price(0.1, 1, 'alarm-months', '2026-02', pages.cloudWatch),
  egress: price(0.09, 1, 'GB to the internet', '2026-11', pages.transfer),
} as const satisfies Record<string, Price>;

export type Priced = keyof typeof prices;

/** In dollars. */
export function costOf(name: Priced, amount: number): number {
  const { dollars, per } = prices[name];
  return (dollars * amount) / per;
}

function price(dollars: number, per: number, unit: string, readIn: string, source: string): Price {
  return { dollars, per, unit, readIn, source };
}
