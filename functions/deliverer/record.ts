import type { DeliveredDelivery, DeliveryInWork, ExhaustedDelivery } from '../../core/deliveries/delivery.ts';
import { messageFor, refOf } from '../../core/deliveries/delivery.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import type { ExhaustedQueue, RetryQueue } from '../../core/deliveries/delivery-queues.ts';
import { cancel, expire, postpone, scheduleOf, settle } from '../../core/deliveries/delivery-steps.ts';
import type { Telemetry } from '../telemetry.ts';
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
 * The only place that acts on how an attempt ended. Rows are written on the claim alone: `replaceDelivery` answers false
 * if another claim has taken over, and then nothing more is sent. The order within each case is what a crash in between
 * must not turn into a loss: docs/adr/0002-keys-and-states.md.
 */
export function createRecord(deps: RecordDeps) {
  const { deliveries, retries, exhausted, telemetry, now } = deps;
  const learn = createLearning(deps);

  /** Answers with a delivered row that is still to be written. */
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
        // Both messages may live on after a crash.
        await retries.sendRetry({ ...work.message, recheck: true }, 0);
        telemetry.count('DeliveriesSteppedAside');
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
    // Before the row is final: after it, nothing would send the message again. A superfluous one is harmless.
    if (row.state === 'exhausted') await sendExhausted(row);
    await learn(subscription, attempt.outcome);
    const isWritten = await deliveries.replaceDelivery(work.claimed, row);
    // A crash from here on costs punctuality only: the due index has the row.
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
    // A crash from here on costs punctuality only: the due index has the row.
    if (isWritten && byQueue) await retries.sendRetry(messageFor(row), Math.ceil(times.waitMs / 1_000));
  }

  function sendExhausted(row: ExhaustedDelivery): Promise<void> {
    return exhausted.sendExhausted(messageFor(row), row.reason);
  }
}
