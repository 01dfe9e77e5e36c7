import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import {
  type DeliveredDelivery,
  type DeliveryMessage,
  deliveryIdOf,
  deliveryMessageSchema,
} from '../../core/deliveries/delivery.ts';
import { maxRecordedTogether } from '../../core/deliveries/delivery-log.ts';
import type { DeadLetters } from '../../core/events/dead-letters.ts';
import { explain } from '../../core/zod-issues.ts';
import { type AttemptDeps, createAttempt } from './attempt-delivery.ts';
import type { Receipt } from './claim.ts';
import { openFlushWindow } from './flush-window.ts';
import { type GatheredPart, type GatheredStatisticsDeps, gatherStatistics } from './gathered-statistics.ts';
import { createPlaces, type PlaceDeps } from './hold-place.ts';
import { logUnrecorded } from './report.ts';

export type DelivererDeps = AttemptDeps &
  PlaceDeps &
  GatheredStatisticsDeps & {
    readonly deadLetters: DeadLetters;
    /** How long a result may wait for others of the batch, in milliseconds, so that they are written together. */
    readonly recordWithinMs: number;
  };

/** Delivers the messages of a batch in parallel. Every result is written before its message is acknowledged. */
export function createDeliverer(deps: DelivererDeps) {
  const { deliveries, telemetry } = deps;
  const attemptDelivery = createAttempt(deps);
  const openPlaces = createPlaces(deps);
  const tally = gatherStatistics(deps);

  /** Called by AWS: up to ten messages of the delivery queue or the retry queue. */
  return async function deliverBatch({ Records }: SQSEvent): Promise<SQSBatchResponse> {
    const failed = new Set<SQSRecord>();
    const recordsOf = new Map<DeliveredDelivery, SQSRecord[]>();
    const inProgress = new Map<string, Promise<DeliveredDelivery | undefined>>();
    const results = openFlushWindow<DeliveredDelivery | GatheredPart>(
      deliveries.recordDelivered,
      { waitMs: deps.recordWithinMs, maxCount: maxRecordedTogether },
      (error, unstored) => logUnrecorded(telemetry, unstored, error),
    );
    // All messages of a batch come from one queue.
    const places = openPlaces(Records[0]?.eventSourceARN ?? '');
    await Promise.all(
      Records.map(async (record) => {
        try {
          const message = await parseOrReject(record);
          if (!message) return;
          // SQS may hand out a message twice in one batch, and neither copy would see the other's row.
          const key = `${deliveryIdOf(message)} ${message.version}`;
          const known = inProgress.get(key);
          const attempt = known ?? attemptDelivery(message, receiptOf(record), { tally, places });
          inProgress.set(key, attempt);
          const success = await attempt;
          if (!success) return;
          recordsOf.set(success, [...(recordsOf.get(success) ?? []), record]);
          if (!known) results.add(success);
        } catch (error) {
          telemetry.error('delivery.failed', { messageId: record.messageId, error });
          failed.add(record);
        }
      }),
    );
    for (const part of tally.take(Records.length)) results.add(part);
    const [unrecorded] = await Promise.all([results.close(), places.close()]);
    for (const result of unrecorded) {
      if ('tally' in result) tally.putBack(result);
      else for (const record of recordsOf.get(result) ?? []) failed.add(record);
    }
    return { batchItemFailures: [...failed].map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

  /** Returns undefined for a message that can never be read, once it is in the dead-letter queue. */
  async function parseOrReject(record: SQSRecord): Promise<DeliveryMessage | undefined> {
    const parsed = deliveryMessageSchema.safeParse(parseJson(record.body));
    if (parsed.success) return parsed.data;
    const explanation = explain(parsed.error);
    const rejection = { reason: 'not-a-delivery', explanation } as const;
    await deps.deadLetters.reject(record.eventSourceARN, record.body, rejection);
    telemetry.error('delivery.rejected', { messageId: record.messageId, explanation });
    return undefined;
  }
}

function receiptOf({ attributes }: SQSRecord): Receipt {
  const { ApproximateReceiveCount, SentTimestamp } = attributes;
  return { receiveCount: Number(ApproximateReceiveCount), sentAt: new Date(Number(SentTimestamp)) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
