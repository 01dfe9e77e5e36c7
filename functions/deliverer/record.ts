import type { DeliveredDelivery, DeliveryInWork, ExhaustedDelivery } from '../../core/deliveries/delivery.ts';
import { messageFor, refOf } from '../../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import type { ExhaustedQueue, RetryQueue } from '../../core/deliveries/delivery-queues.ts';
import { cancel, expire, postpone, scheduleOf, settle } from '../../core/deliveries/delivery-steps.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { Ending, Postponed, Settled } from './ending.ts';
import { createLearning, type LearnDeps } from './learn.ts';

export interface RecordDeps extends LearnDeps {
  readonly deliveries: DeliveryLog;
  readonly retries: RetryQueue;
  readonly exhausted: ExhaustedQueue;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
}

/**
 * Acts on how an attempt ended; nothing else does. A row is written only while its claim holds: `replaceDelivery`
 * returns false if another claim has taken over, and then nothing more is sent. Within each case, the order makes
 * sure that a crash in between loses nothing: docs/adr/0002-keys-and-states.md.
 */
export function createRecord(deps: RecordDeps) {
  const { deliveries, retries, exhausted, telemetry, now } = deps;
  const learn = createLearning(deps);

  /** Returns a delivered row that still has to be written. */
  return async function record(work: DeliveryInWork, ending: Ending): Promise<DeliveredDelivery | undefined> {
    switch (ending.kind) {
      case 'void':
        return undefined;
      case 'cancelled':
        await deliveries.replaceDelivery(work.claimed, cancel(work, ending.reason, now()));
        return undefined;
      case 'expired':
        return recordExpired(work);
      case 'postponed':
        return recordPostponed(work, ending);
      case 'deferred':
        // After a crash both messages may exist, so the delivery has to be claimed before its call.
        await retries.sendRetry({ ...work.message, recheck: true }, 0);
        telemetry.count('DeliveriesDeferred');
        return undefined;
      case 'settled':
        return recordSettled(work, ending);
      default:
        return ending satisfies never;
    }
  };

  async function recordSettled(
    work: DeliveryInWork,
    { subscription, attempt, decision, settledAt }: Settled,
  ): Promise<DeliveredDelivery | undefined> {
    const row = settle(work, attempt, decision, settledAt);
    if (row.state === 'delivered' && !work.claimed) {
      await learn(subscription, attempt.outcome);
      return row;
    }
    await deliveries.recordAttempt(work.message, attempt);
    // Send before the row is final, because nothing would send the message later. A superfluous message is harmless.
    if (row.state === 'exhausted') await sendExhausted(row);
    await learn(subscription, attempt.outcome);
    const isWritten = await deliveries.replaceDelivery(work.claimed, row);
    // The row is in the due index. If we crash from here on, the attempt is only late.
    if (isWritten && decision.kind === 'retry' && decision.byQueue)
      await retries.sendRetry(messageFor(row), decision.delaySeconds);
    return undefined;
  }

  async function recordExpired(work: DeliveryInWork): Promise<undefined> {
    const row = expire(work, now());
    await sendExhausted(row);
    if (!(await deliveries.replaceDelivery(work.claimed, row))) return;
    telemetry.count('DeliveriesExhausted');
    if (scheduleOf(work).attemptCount > 0) return;
    telemetry.warn('delivery.uncalled', { ...refOf(row) });
    telemetry.count('DeliveriesUncalled');
  }

  async function recordPostponed(
    work: DeliveryInWork,
    { times, turn, byQueue }: Postponed,
  ): Promise<undefined> {
    const row = postpone(work, times, now(), turn);
    const isWritten = await deliveries.replaceDelivery(work.claimed, row);
    // The row is in the due index. If we crash from here on, the attempt is only late.
    if (isWritten && byQueue) await retries.sendRetry(messageFor(row), Math.ceil(times.waitMs / 1_000));
  }

  function sendExhausted(row: ExhaustedDelivery): Promise<void> {
    return exhausted.sendExhausted(messageFor(row), row.reason);
  }
}
