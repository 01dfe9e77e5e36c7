import type { SQSRecord } from 'aws-lambda';
import { catalogEntryOf } from '../core/events/event-catalog.ts';

/** A record as Lambda hands it out. */
export function queueRecord(body: string): SQSRecord {
  const now = String(Date.now());
  return {
    messageId: `message-${nextNumber()}`,
    receiptHandle: 'receipt',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: now,
      SenderId: 'bench',
      ApproximateFirstReceiveTimestamp: now,
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:bench',
    awsRegion: 'us-east-1',
  };
}

/** The catalog's example as EventBridge puts it into a queue, with a note of so many characters in its data. */
export function publishedEvent(accountId: string, id: string, noteLength = 0): string {
  const { example } = catalogEntryOf('ticket.created');
  const now = new Date().toISOString();
  return JSON.stringify({
    version: '0',
    id: `envelope-${id}`,
    'detail-type': 'ticket.created',
    source: 'iomnihub.helpdesk',
    account: '000000000000',
    time: now,
    region: 'us-east-1',
    resources: [],
    detail: {
      id,
      accountId,
      occurredAt: now,
      data: { ...example, ...(noteLength > 0 ? { note: 'n'.repeat(noteLength) } : {}) },
    },
  });
}

let lastNumber = 0;

function nextNumber(): number {
  lastNumber += 1;
  return lastNumber;
}
