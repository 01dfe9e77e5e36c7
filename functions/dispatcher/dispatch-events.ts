import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { AccountStatusLookup } from '../../core/accounts/account-store.ts';
import type { DeliveryMessage } from '../../core/deliveries/delivery.ts';
import type { FirstAttemptQueue } from '../../core/deliveries/delivery-queues.ts';
import type { EventLog } from '../../core/deliveries/event-log.ts';
import { planDeliveries } from '../../core/deliveries/planning.ts';
import type { DeadLetters } from '../../core/events/dead-letters.ts';
import { identifyEvent } from '../../core/events/event-names.ts';
import type { NoticePublisher } from '../../core/events/notice-publisher.ts';
import {
  type PublishedEvent,
  parsePublishedEvent,
  type Rejection,
} from '../../core/events/published-event.ts';
import { isOperational } from '../../core/events/subscribable-events.ts';
import { describeUnprocessable } from '../../core/events/unprocessable-event.ts';
import type { AccountSubscriptions } from '../../core/subscriptions/subscription-store.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { messagesFor } from './first-messages.ts';

export interface DispatcherDeps {
  readonly subscriptions: AccountSubscriptions;
  readonly accounts: AccountStatusLookup;
  readonly events: EventLog;
  readonly firstAttempts: FirstAttemptQueue;
  readonly deadLetters: DeadLetters;
  readonly notices: NoticePublisher;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
}

/** What became of an event that is valid, and the messages that have to be sent for it. */
interface TakenIn {
  readonly outcome: 'planned' | 'repeated' | 'duplicate' | 'without-subscriptions';
  readonly messages: DeliveryMessage[];
}

/**
 * Turns each published event into a message for each subscription that accepts it. A record fails alone, and only by
 * a fault of ours. An event that is wrong itself goes to the dead-letter queue at once, with the reason, and its owner
 * is told.
 */
export function createDispatcher(deps: DispatcherDeps) {
  const { telemetry } = deps;

  /** Called by AWS: up to ten messages of one event queue. */
  return async function dispatchBatch({ Records }: SQSEvent): Promise<SQSBatchResponse> {
    const failed = new Set<SQSRecord>();
    const planned = await Promise.all(
      Records.map(async (record) => {
        try {
          return { record, messages: await dispatch(record) };
        } catch (error) {
          reportFailure(record, error);
          failed.add(record);
          return { record, messages: [] };
        }
      }),
    );
    const first = planned.flatMap(({ messages }) => messages);
    const refusals = await deps.firstAttempts.sendFirstAttempts(first);
    // Try once more, with a claim before the call: SQS may have accepted a message although its answer was lost.
    const again = refusals.map(({ message }) => ({ ...message, recheck: true }));
    for (const { message, cause } of await deps.firstAttempts.sendFirstAttempts(again)) {
      const isRefused = (one: DeliveryMessage) =>
        one.eventId === message.eventId && one.accountId === message.accountId;
      for (const { record } of planned.filter(({ messages }) => messages.some(isRefused))) {
        reportFailure(record, cause);
        failed.add(record);
      }
    }
    return { batchItemFailures: [...failed].map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

  /** Per record. Returns the messages that have to be sent for it. */
  async function dispatch(record: SQSRecord): Promise<DeliveryMessage[]> {
    const parsed = parsePublishedEvent(record.body, acceptedAtOf(record, deps.now()));
    if ('rejection' in parsed) return reject(record, parsed.rejection);
    const taken = await takeIn(parsed.event);
    if ('rejection' in taken) return reject(record, taken.rejection);
    const { outcome, messages } = taken;
    const { envelopeId, id: eventId, accountId, type: eventType } = parsed.event;
    const names = { envelopeId, eventId, accountId, eventType };
    telemetry.info('event.dispatched', { ...names, outcome, deliveries: messages.length });
    return messages;
  }

  async function takeIn(event: PublishedEvent): Promise<TakenIn | { readonly rejection: Rejection }> {
    const subscriptions = await deps.subscriptions.listSubscriptions(event.accountId);
    if (subscriptions.length === 0) {
      telemetry.count('EventsWithoutSubscriptions');
      return { outcome: 'without-subscriptions', messages: [] };
    }
    const accountStatus = await deps.accounts.findAccountStatus(event.accountId);
    const plan = planDeliveries(event, subscriptions, accountStatus, deps.now());
    const stored = await deps.events.recordEvent(event, plan, deps.now());
    if (stored === 'recorded') {
      telemetry.count('EventsDispatched');
      return { outcome: 'planned', messages: messagesFor(event, plan, false) };
    }
    if (stored.envelopeId === event.envelopeId) {
      // Our own queue delivered this event again. The messages may not have been sent although the row exists. Use
      // what is stored: a message that an operator has sent again is accepted at another time, which is part of keys.
      const asStored = { ...event, acceptedAt: stored.acceptedAt };
      return { outcome: 'repeated', messages: messagesFor(asStored, stored.plan, true) };
    }
    // The id of one of our own events says which it is. A second publication may only be worded in another way.
    if (stored.contentHash !== event.contentHash && !isOperational(event.type)) {
      const explanation = 'another event of the account has this id';
      return { rejection: { reason: 'id-conflict', explanation } };
    }
    telemetry.count('EventsDuplicated');
    return { outcome: 'duplicate', messages: [] };
  }

  function reportFailure({ messageId, body }: SQSRecord, error: unknown): void {
    telemetry.error('event.failed', { messageId, ...identifyEvent(body), error });
  }

  async function reject(record: SQSRecord, rejection: Rejection): Promise<[]> {
    await tellOwner(record, rejection);
    await deps.deadLetters.reject(record.eventSourceARN, record.body, rejection);
    telemetry.warn('event.rejected', {
      messageId: record.messageId,
      ...identifyEvent(record.body),
      ...rejection,
    });
    telemetry.count('EventsRejected');
    return [];
  }

  /** Before the event is rejected: if this fails, the record is received again, and says the same. */
  async function tellOwner(record: SQSRecord, rejection: Rejection): Promise<void> {
    const notice = describeUnprocessable(record.body, rejection, acceptedAtOf(record, deps.now()));
    const [refused] = notice ? await deps.notices.publishNotices([notice]) : [];
    if (refused) throw new Error('the owner could not be told of a rejected event', { cause: refused.cause });
  }
}

/**
 * When EventBridge put the message into the queue, which is the same however often the message is received. The time in
 * the envelope is not taken: a publisher may set it to a time at which no delivery would be tried, or never expire. A
 * message that an operator has sent again is as new as that.
 */
function acceptedAtOf({ attributes: { SentTimestamp } }: SQSRecord, now: Date): Date {
  const sentAt = new Date(Number(SentTimestamp));
  // SQS and this function have different clocks. Nothing was accepted later than now.
  return sentAt < now ? sentAt : now;
}
