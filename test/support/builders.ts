import type { SQSEvent, SQSRecord } from 'aws-lambda';
import {
  type Attempt,
  type CancelledDelivery,
  type ClaimedDelivery,
  type DeliveredDelivery,
  type Delivery,
  type DeliveryMessage,
  type DeliveryRef,
  type DeliveryState,
  deliveryMessageSchema,
  type ExhaustedDelivery,
  type ParkedDelivery,
  type WaitingDelivery,
} from '../../core/deliveries/delivery.ts';
import { tallyAttempt } from '../../core/deliveries/statistics.ts';
import type { StatisticsPart } from '../../core/deliveries/statistics-log.ts';
import { eventCatalog } from '../../core/events/event-catalog.ts';
import { operationalSource } from '../../core/events/operational-events.ts';
import { type PublishedEvent, parsePublishedEvent } from '../../core/events/published-event.ts';
import { isOperational, subscribableCatalog } from '../../core/events/subscribable-events.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { exampleData } from './journey-data.ts';

let lastNumber = 0;

/** A name that no other test of the file uses, so that none sees another's rows. */
export function uniqueId(prefix: string): string {
  lastNumber += 1;
  return `${prefix}_${lastNumber}`;
}

export const acceptedAt = '2026-11-23T16:55:01.000Z';
const [firstEntry] = eventCatalog;

export interface EnvelopeParts {
  readonly envelopeId?: string;
  readonly time?: string;
  readonly type?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The message of an event queue as EventBridge writes it. `detail` is laid over a valid one. */
export function envelope({ envelopeId, time, type = firstEntry.type, detail }: EnvelopeParts = {}): string {
  const entry = subscribableCatalog.find((candidate) => candidate.type === type) ?? firstEntry;
  return JSON.stringify({
    version: '0',
    id: envelopeId ?? uniqueId('envelope'),
    'detail-type': type,
    source: isOperational(type) ? operationalSource : 'iomnihub.helpdesk',
    account: '000000000000',
    time: time ?? acceptedAt,
    region: 'us-east-1',
    resources: [],
    detail: {
      id: 'evt_1',
      accountId: 'acc_1',
      occurredAt: '2026-11-23T16:55:00.000Z',
      data: isOperational(entry.type) ? entry.example : exampleData(entry.type),
      ...detail,
    },
  });
}

/** An event that was accepted at its `time`. */
export function publishedEvent(parts: EnvelopeParts = {}): PublishedEvent {
  const parsed = parsePublishedEvent(envelope(parts), new Date(parts.time ?? acceptedAt));
  if ('rejection' in parsed) throw new Error(parsed.rejection.explanation);
  return parsed.event;
}

/** The event that a delivery is of. */
export function eventOf({ accountId, eventId, acceptedAt: time }: DeliveryRef): PublishedEvent {
  return publishedEvent({ time, detail: { id: eventId, accountId } });
}

/** The message of an event queue that holds this event. */
export function envelopeOf(event: PublishedEvent): string {
  const { id, accountId, envelopeId, type, acceptedAt: time } = event;
  return envelope({ envelopeId, time, type, detail: { id, accountId } });
}

export function subscription(overrides: Partial<Subscription> = {}): Subscription {
  return {
    accountId: 'acc_1',
    id: 'sub_1',
    url: 'https://crm.example.com/hooks/iomnihub',
    eventTypes: [firstEntry.type],
    description: 'keeps the CRM in step',
    status: 'enabled',
    secrets: [{ sealed: 'sealed-text', createdAt: acceptedAt }],
    receiver: { provenAt: acceptedAt },
    version: 1,
    createdAt: acceptedAt,
    updatedAt: acceptedAt,
    ...overrides,
  };
}

export function deliveryRef(overrides: Partial<DeliveryRef> = {}): DeliveryRef {
  return {
    accountId: 'acc_1',
    subscriptionId: 'sub_1',
    eventId: 'evt_1',
    eventType: firstEntry.type,
    acceptedAt,
    ...overrides,
  };
}

export function deliveryMessage(overrides: Partial<DeliveryMessage> = {}): DeliveryMessage {
  return deliveryMessageSchema.parse({ ...deliveryRef(), ...overrides });
}

/** A row that awaits its second attempt. */
export function waitingDelivery(overrides: Partial<WaitingDelivery> = {}): WaitingDelivery {
  return {
    ...deliveryFacts(),
    state: 'waiting',
    nextAttemptAt: '2026-11-23T16:55:07.000Z',
    dueAt: '2026-11-23T16:56:07.000Z',
    ...overrides,
  };
}

export function claimedDelivery(overrides: Partial<ClaimedDelivery> = {}): ClaimedDelivery {
  return { ...deliveryFacts(), state: 'claimed', dueAt: '2026-11-23T16:56:07.000Z', ...overrides };
}

export function deliveredDelivery(overrides: Partial<DeliveredDelivery> = {}): DeliveredDelivery {
  return { ...deliveryFacts(), state: 'delivered', firstAttempt: attempt(), ...overrides };
}

export function exhaustedDelivery(overrides: Partial<ExhaustedDelivery> = {}): ExhaustedDelivery {
  return { ...deliveryFacts(), state: 'exhausted', reason: 'timeout', ...overrides };
}

export function cancelledDelivery(overrides: Partial<CancelledDelivery> = {}): CancelledDelivery {
  return { ...deliveryFacts(), state: 'cancelled', reason: 'subscription-deleted', ...overrides };
}

export function parkedDelivery(overrides: Partial<ParkedDelivery> = {}): ParkedDelivery {
  return {
    ...deliveryFacts(),
    state: 'parked',
    reason: 'failing',
    parkedAt: '2026-11-23T16:55:02.000Z',
    dueAt: '2026-11-30T16:55:02.000Z',
    ...overrides,
  };
}

/** A row of each state. */
export function deliveriesOfEachState(facts: Partial<ReturnType<typeof deliveryFacts>> = {}) {
  return {
    waiting: waitingDelivery(facts),
    claimed: claimedDelivery(facts),
    parked: parkedDelivery(facts),
    delivered: deliveredDelivery(facts),
    exhausted: exhaustedDelivery(facts),
    cancelled: cancelledDelivery(facts),
  } satisfies Record<DeliveryState, Delivery>;
}

function deliveryFacts() {
  return { ...deliveryRef(), version: 1, attemptCount: 1, updatedAt: '2026-11-23T16:55:02.000Z' };
}

export function attempt(overrides: Partial<Attempt> = {}): Attempt {
  return {
    startedAt: '2026-11-23T16:55:02.123Z',
    outcome: { kind: 'success', status: 204, durationMs: 12 },
    sent: {
      origin: 'https://crm.example.com',
      userAgent: 'iOmniHub-Webhooks/test',
      customHeaders: [],
    },
    ...overrides,
  };
}

export interface RecordParts {
  readonly messageId?: string;
  readonly receiveCount?: number;
  /** Without it a message is never late, wherever a test's clock stands. */
  readonly sentAt?: Date | undefined;
}

/** A message as an event source mapping hands it to a function. */
export function sqsRecord(queueArn: string, body: string, parts: RecordParts = {}): SQSRecord {
  return {
    messageId: parts.messageId ?? uniqueId('message'),
    receiptHandle: uniqueId('receipt'),
    body,
    attributes: {
      ApproximateReceiveCount: String(parts.receiveCount ?? 1),
      SentTimestamp: String((parts.sentAt ?? new Date('2100-01-01')).getTime()),
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: '1795452901500',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: 'us-east-1',
  };
}

export function sqsEvent(...records: SQSRecord[]): SQSEvent {
  return { Records: records };
}

/** A call that was answered at once, unless a tally says more. */
export function statisticsPart(overrides: Partial<StatisticsPart> = {}): StatisticsPart {
  const outcome = { kind: 'success', status: 204, durationMs: 40 } as const;
  return {
    accountId: 'acc_1',
    subscriptionId: 'sub_1',
    hour: '2026-11-26T12:00:00.000Z',
    id: uniqueId('part'),
    tally: tallyAttempt(outcome, { kind: 'delivered' }),
    ...overrides,
  };
}
