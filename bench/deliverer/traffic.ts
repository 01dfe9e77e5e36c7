import type { SQSEvent } from 'aws-lambda';
import type { DeliveryMessage } from '../../core/deliveries/delivery.ts';
import { exampleEvent } from '../../core/events/example-event.ts';
import type { Subscriber } from './subscribers.ts';

/** What the deliveries of a window have in common. */
export interface Traffic {
  readonly name: string;
  /** Messages of one batch, and so deliveries: 1 to 10. */
  readonly perBatch: number;
  /** The deliveries of a batch go to so many subscriptions, in turn. */
  readonly subscriptions: number;
  readonly bodyBytes: number;
}

const kib = 1_024;

export const traffics = [
  { name: 'ten to one subscription', perBatch: 10, subscriptions: 1, bodyBytes: kib },
  { name: 'ten to ten subscriptions', perBatch: 10, subscriptions: 10, bodyBytes: kib },
  { name: 'one a batch', perBatch: 1, subscriptions: 1, bodyBytes: kib },
  { name: 'ten to one subscription, 16 KB', perBatch: 10, subscriptions: 1, bodyBytes: 16 * kib },
] as const satisfies readonly Traffic[];
export type TrafficName = (typeof traffics)[number]['name'];

/** Enough that no batch meets what is left of the one before, and few enough to stay in memory. */
const distinctBatches = 20;

/** Batches of the delivery queue, with first attempts as the dispatcher sends them. */
export function makeBatches(traffic: Traffic, subscribers: readonly Subscriber[], now: Date): SQSEvent[] {
  const { perBatch, subscriptions } = traffic;
  return Array.from({ length: distinctBatches }, (_, batch) => ({
    Records: Array.from({ length: perBatch }, (_, place) => {
      const subscriber = subscribers[place % subscriptions];
      if (!subscriber) throw new Error(`${traffic.name}: there are too few subscribers`);
      const eventId = `evt_${now.getTime()}_${batch}_${place}`;
      return recordOf(messageOf(subscriber, eventId, traffic.bodyBytes, now), now);
    }),
  }));
}

function messageOf(
  { accountId, id }: Subscriber,
  eventId: string,
  bodyBytes: number,
  now: Date,
): DeliveryMessage {
  return {
    accountId,
    subscriptionId: id,
    eventId,
    eventType: 'ticket.created',
    acceptedAt: now.toISOString(),
    version: 0,
    recheck: false,
    body: bodyOf(accountId, eventId, bodyBytes, now),
  };
}

/** The example of the event catalog, made longer by a field of its own. */
function bodyOf(accountId: string, id: string, bytes: number, now: Date): string {
  const { body } = exampleEvent('ticket.created', { id, accountId, at: now.toISOString() });
  const content = JSON.parse(body) as { data: object };
  const longer = (note: string) => JSON.stringify({ ...content, data: { ...content.data, note } });
  return longer('n'.repeat(Math.max(0, bytes - longer('').length)));
}

function recordOf(message: DeliveryMessage, now: Date): SQSEvent['Records'][number] {
  return {
    messageId: `message-${message.eventId}`,
    receiptHandle: 'receipt',
    body: JSON.stringify(message),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(now.getTime()),
      SenderId: 'dispatcher',
      ApproximateFirstReceiveTimestamp: String(now.getTime()),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:IomnihubWebhooks-dev-deliveries',
    awsRegion: 'us-east-1',
  };
}
