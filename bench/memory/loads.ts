import { randomBytes } from 'node:crypto';
import type { SQSEvent } from 'aws-lambda';
import { connectTable } from '../../adapters/dynamo-client.ts';
import { createEventLog } from '../../adapters/dynamo-event-log.ts';
import type { PublishedEvent } from '../../core/events/published-event.ts';
import { makeEventBatch } from '../cost/event-batches.ts';
import { sampleEvent, sampleType } from '../cost/sample-event.ts';
import { connectionsTo, type Subscriber } from '../deliverer/subscribers.ts';
import { makeBatches } from '../deliverer/traffic.ts';
import type { StubAws } from '../stub-aws.ts';

const kib = 1_024;

/** The largest body of a callback, and the largest that a first message carries. */
const largestBodyBytes = 256 * kib;
const largestCarriedBytes = 32 * kib;

/** Of the envelope and the other fields, at most. */
const restBytes = 2 * kib;

/** Texts that hardly compress. */
function noise(bytes: number): string {
  return randomBytes(Math.floor((bytes * 3) / 4)).toString('base64');
}

/** Ten events of one account, each with a body that its deliveries carry: the most that the dispatcher sends. */
export function largestCarriedEvents(accountId: string): SQSEvent {
  return eventsOf(accountId, largestCarriedBytes - restBytes);
}

export function largestEvents(accountId: string): SQSEvent {
  return eventsOf(accountId, largestBodyBytes - restBytes);
}

function eventsOf(accountId: string, noteBytes: number): SQSEvent {
  return makeEventBatch(
    Array.from({ length: 10 }, () => accountId),
    (id) => {
      const event = sampleEvent(id);
      return { ...event, data: { ...event.data, note: noise(noteBytes) } } as typeof event;
    },
  );
}

/** Ten deliveries whose bodies are the largest. They are read from the events' rows, which are put into the stub. */
export async function largestDeliveries(
  subscribers: readonly Subscriber[],
  tableName: string,
  stub: StubAws,
): Promise<SQSEvent> {
  const traffic = { name: 'largest', perBatch: 10, subscriptions: 10, bodyBytes: 0 };
  const now = new Date();
  const [batch] = makeBatches(traffic, subscribers, now);
  if (!batch) throw new Error('there is no batch');
  const events = createEventLog(connectTable(tableName, 30, connectionsTo(stub.urls.dynamoUrl)));
  const records = batch.Records.map((record) => {
    const { body: _, ...message } = JSON.parse(record.body) as {
      body: string;
      eventId: string;
      accountId: string;
    };
    return { message, record: { ...record, body: JSON.stringify(message) } };
  });
  await stub.seed(async () => {
    for (const { message } of records) {
      const { eventId: id, accountId } = message;
      const event: PublishedEvent = {
        id,
        accountId,
        type: sampleType,
        envelopeId: id,
        contentHash: id,
        acceptedAt: now.toISOString(),
        body: JSON.stringify({ note: noise(largestBodyBytes - restBytes) }),
      };
      await events.recordEvent(event, [], now);
    }
  });
  return { Records: records.map(({ record }) => record) };
}

/** A request whose body is as large as the API takes. */
export function largestRequest(accountId: string): object {
  return {
    version: '2.0',
    routeKey: 'POST /subscriptions',
    rawPath: '/subscriptions',
    rawQueryString: '',
    headers: { 'content-type': 'application/json' },
    requestContext: {
      requestId: 'bench',
      http: {
        method: 'POST',
        path: '/subscriptions',
        sourceIp: '127.0.0.1',
        userAgent: 'bench',
        protocol: 'HTTP/1.1',
      },
      authorizer: {
        lambda: {
          accountId,
          capabilities: ['view', 'manage'],
          credentialKind: 'api-key',
          credentialId: 'key_bench',
        },
      },
    },
    body: JSON.stringify({
      url: 'https://hooks.example.com/iomnihub',
      eventTypes: [sampleType],
      description: 'x'.repeat(255 * kib),
    }),
    isBase64Encoded: false,
  };
}
