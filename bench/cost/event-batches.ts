import { randomUUID } from 'node:crypto';
import type { SQSEvent } from 'aws-lambda';
import type { EventToPublish } from '../../client/publisher.ts';
import { eventSource } from '../../core/events/event-catalog.ts';
import { sampleEvent } from './sample-event.ts';

/** A batch of an event queue, as EventBridge fills it: one event of each account. */
export function makeEventBatch(accountIds: readonly string[], makeEvent = sampleEvent): SQSEvent {
  const now = new Date();
  return { Records: accountIds.map((accountId) => recordOf(makeEvent(accountId), now)) };
}

function recordOf({ type, ...detail }: EventToPublish, now: Date): SQSEvent['Records'][number] {
  const envelope = {
    version: '0',
    id: randomUUID(),
    'detail-type': type,
    source: eventSource,
    account: '000000000000',
    time: now.toISOString(),
    region: 'us-east-1',
    resources: [],
    detail,
  };
  return {
    messageId: randomUUID(),
    receiptHandle: 'receipt',
    body: JSON.stringify(envelope),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(now.getTime()),
      SenderId: 'events',
      ApproximateFirstReceiveTimestamp: String(now.getTime()),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:events',
    awsRegion: 'us-east-1',
  };
}
