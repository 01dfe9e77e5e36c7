import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { explain } from '../core/zod-issues.ts';
import type { EventBridgeSender } from './put-events-call.ts';

export interface PublisherOptions {
  /** `EventBusName` of the stack outputs, or the bus's ARN. */
  readonly eventBusName: string;
  /** Default: a client with the environment's region and credentials. Its own retries are not used. */
  readonly client?: EventBridgeSender | undefined;
  /** How often an entry is sent before it is reported as unavailable, 1 to 20. Default: 5. */
  readonly maxAttempts?: number | undefined;
  /**
   * How long one call of `publish` may take in all, in milliseconds, up to an hour. What has no result by then is
   * reported as unavailable. One call of PutEvents gets `timeoutMs / maxAttempts` of it, or a second if that is longer.
   * Default: 30,000.
   */
  readonly timeoutMs?: number | undefined;
  /** How many calls of PutEvents this publisher makes at a time, for all calls of `publish`, 1 to 50. Default: 10. */
  readonly maxConcurrentCalls?: number | undefined;
}

const wholeNumber = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html */
const busNamePattern = /^(?:arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:\d+:event-bus\/)?[/.\-_A-Za-z0-9]+$/;

const optionsSchema = z.strictObject({
  eventBusName: z
    .string({ error: 'must be the name or ARN of an event bus' })
    .max(1_600, { error: 'must be the name or ARN of an event bus' })
    .regex(busNamePattern, { error: 'must be the name or ARN of an event bus' }),
  client: z
    .custom<EventBridgeSender>((client) => typeof (client as EventBridgeSender | null)?.send === 'function', {
      error: 'must be an EventBridgeClient',
    })
    .default(() => new EventBridgeClient({})),
  maxAttempts: wholeNumber(1, 20).default(5),
  timeoutMs: wholeNumber(1, 3_600_000).default(30_000),
  maxConcurrentCalls: wholeNumber(1, 50).default(10),
});

/** The options with their defaults. Throws a TypeError that names every option that is wrong. */
export function readPublisherOptions(options: unknown) {
  const read = optionsSchema.safeParse(options);
  if (!read.success) throw new TypeError(`createPublisher: ${explain(read.error, 'options')}`);
  return read.data;
}
