import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { splitIntoBatches } from '../core/batches.ts';
import type { NoticePublisher, RefusedNotice } from '../core/events/notice-publisher.ts';
import { type OperationalEvent, operationalSource } from '../core/events/operational-events.ts';

/**
 * PutEvents takes ten entries at a time. Regions differ in the size that they take; all of them take 256 KB.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
const batchLimits = { maxCount: 10, maxBytes: 256 * 1024 };

interface Entry {
  readonly event: OperationalEvent;
  readonly detail: string;
}

export function createNoticePublisher(eventBridge: EventBridgeClient, eventBusName: string): NoticePublisher {
  return {
    async publishNotices(events) {
      const entries = events.map(toEntry);
      const batches = splitIntoBatches(entries, sizeOf, batchLimits);
      return (await Promise.all(batches.map(putBatch))).flat();
    },
  };

  async function putBatch(batch: readonly Entry[]): Promise<RefusedNotice[]> {
    try {
      const { Entries: answers = [] } = await eventBridge.send(
        new PutEventsCommand({
          Entries: batch.map(({ event: { type }, detail }) => ({
            EventBusName: eventBusName,
            Source: operationalSource,
            DetailType: type,
            Detail: detail,
          })),
        }),
      );
      // Answers come in the order of the entries. Only one with an id says that its event was accepted.
      return batch.flatMap(({ event }, index) => {
        const { EventId, ErrorCode } = answers[index] ?? {};
        return EventId ? [] : [{ event, cause: ErrorCode ?? 'NoAnswer' }];
      });
    } catch (cause) {
      return batch.map(({ event }) => ({ event, cause }));
    }
  }
}

function toEntry(event: OperationalEvent): Entry {
  const { id, accountId, occurredAt, data } = event;
  return { event, detail: JSON.stringify({ id, accountId, occurredAt, data }) };
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function sizeOf({ event: { type }, detail }: Entry): number {
  return Buffer.byteLength(operationalSource + type + detail);
}
