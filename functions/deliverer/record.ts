import type {
  DeliveredDelivery,
  Delivery,
  DeliveryInWork,
  ExhaustedDelivery,
} from '../../core/deliveries/delivery.ts';
import { isParked, messageFor, refOf } from '../../core/deliveries/delivery.ts';
import { scheduleOf } from '../../core/deliveries/delivery-facts.ts';
import type { DeliveryLog } from '../../core/deliveries/delivery-log.ts';
import type { ExhaustedQueue, RetryQueue } from '../../core/deliveries/delivery-queues.ts';
import { cancel, expire, postpone, settle } from '../../core/deliveries/delivery-steps.ts';
import { keptInItem } from '../../core/deliveries/kept-attempt.ts';
import type { RetryDecision, RetryPolicy } from '../../core/deliveries/retry-policy.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { Answered, Ending, Postponed, Settled } from './ending.ts';
import { createLearning, type LearnDeps, type Learnt } from './learn.ts';
import type { createParking } from './park.ts';
import { createExhaustedNote, type ExhaustedDeps } from './tell-exhausted.ts';
import { type AnswerDeps, writeAnswer } from './verification.ts';

export interface RecordDeps extends LearnDeps, ExhaustedDeps, Pick<AnswerDeps, 'storedSubscriptions'> {
  readonly subscriptions: LearnDeps['subscriptions'];
  readonly settings: LearnDeps['settings'] & RetryPolicy;
  readonly deliveries: DeliveryLog;
  readonly retries: RetryQueue;
  readonly exhausted: ExhaustedQueue;
  readonly telemetry: Telemetry;
  readonly now: () => Date;
}

export interface Recorded {
  /** As it was acted on. */
  readonly ending: Ending;
  /** A delivered row that still has to be written. */
  readonly delivered?: DeliveredDelivery;
}

/**
 * Acts on how an attempt ended; nothing else does. A row is written only while its claim holds: `replaceDelivery`
 * returns false if another claim has taken over, and then nothing more is sent. Within each case, the order makes
 * sure that a crash in between loses nothing: docs/adr/0002-keys-and-states.md.
 */
export function createRecord(deps: RecordDeps, parking: ReturnType<typeof createParking>) {
  const { deliveries, retries, exhausted, telemetry, settings, now } = deps;
  const noteExhausted = createExhaustedNote(deps);
  const learn = createLearning(deps);

  return async function record(work: DeliveryInWork, ending: Ending): Promise<Recorded> {
    switch (ending.kind) {
      case 'void':
        return { ending };
      case 'cancelled':
        await deliveries.replaceDelivery(work.claimed, cancel(work, ending.reason, now()));
        return { ending };
      case 'expired':
        await recordExpired(work);
        return { ending };
      case 'parked':
        await parking.parkDelivery(work, ending.reason);
        return { ending };
      case 'postponed':
        await recordPostponed(work, ending);
        return { ending };
      case 'deferred':
        // After a crash both messages may exist, so the delivery has to be claimed before its call.
        await retries.sendRetry({ ...work.message, recheck: true }, ending.delaySeconds);
        telemetry.count('DeliveriesDeferred');
        return { ending };
      case 'settled':
        return recordSettled(work, ending);
      case 'answered':
        await recordAnswered(work, ending);
        return { ending };
      default:
        return ending satisfies never;
    }
  };

  async function recordSettled(work: DeliveryInWork, settled: Settled): Promise<Recorded> {
    const { subscription, attempt, settledAt } = settled;
    const isFirstSuccess = settled.decision.kind === 'delivered' && !work.claimed;
    if (!isFirstSuccess) await deliveries.recordAttempt(work.message, keptInItem(attempt));
    // An answer from an old URL must not end what the new one can still get.
    const { eventId, probe } = work.message;
    const learnt = await learn(subscription, { eventId, probe, outcome: attempt.outcome });
    const decision = decide(work, settled, learnt);
    const ending = { ...settled, decision };
    const row = settle(work, attempt, decision, settledAt, settings);
    if (row.state === 'delivered' && isFirstSuccess) return { ending, delivered: row };
    // Send before the row is final, because nothing would send the message later. A superfluous message is harmless.
    if (row.state === 'exhausted') await sendExhausted(row);
    if (await deliveries.replaceDelivery(work.claimed, row)) await followUp(work, row, decision);
    return { ending };
  }

  /** The row is in the due index. If we crash from here on, the next attempt is only late. */
  async function followUp(work: DeliveryInWork, row: Delivery, decision: RetryDecision): Promise<void> {
    if (decision.kind === 'retry' && decision.byQueue)
      await retries.sendRetry(messageFor(row), decision.delaySeconds);
    if (isParked(row)) await parking.lookAgain(row);
    if (row.state === 'exhausted') await noteExhausted(work);
  }

  /** The row comes last: until it is final, the sweeper brings a question back whose answer was not written. */
  async function recordAnswered(work: DeliveryInWork, ending: Answered): Promise<void> {
    const { attempt, result } = ending;
    if (attempt) await deliveries.recordAttempt(work.message, keptInItem(attempt));
    await writeAnswer(deps, work, ending);
    const decision: RetryDecision =
      result.state === 'verified' ? { kind: 'delivered' } : { kind: 'exhausted', reason: result.reason };
    const row = attempt ? settle(work, attempt, decision, now(), settings) : expire(work, now());
    await deliveries.replaceDelivery(work.claimed, row);
  }

  async function recordExpired(work: DeliveryInWork): Promise<void> {
    const row = expire(work, now());
    await sendExhausted(row);
    if (!(await deliveries.replaceDelivery(work.claimed, row))) return;
    telemetry.count('DeliveriesExhausted');
    await noteExhausted(work);
    if (scheduleOf(work).attemptCount > 0) return;
    telemetry.warn('delivery.uncalled', { ...refOf(row) });
    telemetry.count('DeliveriesUncalled');
  }

  async function recordPostponed(work: DeliveryInWork, ending: Postponed): Promise<void> {
    const { limit, times, turn, byQueue } = ending;
    const row = postpone(work, times, now(), turn, limit);
    const isWritten = await deliveries.replaceDelivery(work.claimed, row);
    // The row is in the due index. If we crash from here on, the attempt is only late.
    const { probe } = work.message;
    const message = { ...messageFor(row), ...(probe === undefined ? {} : { probe }) };
    if (isWritten && byQueue) await retries.sendRetry(message, Math.ceil(times.waitMs / 1_000));
  }

  function sendExhausted(row: ExhaustedDelivery): Promise<void> {
    return exhausted.sendExhausted(messageFor(row), row.reason);
  }
}

/**
 * While a breaker is open, a retry would only be parked when it comes. A probe that fails uses up no attempt if calls for other
 * events fail as well. Otherwise its event may be what the receiver cannot take, and has to end some day.
 */
function decide(
  { message }: DeliveryInWork,
  settled: Settled,
  { isCurrent, subscription }: Learnt,
): RetryDecision {
  if (!isCurrent) return settled.decisionIfMoved;
  const { decision } = settled;
  const { breaker, failing } = subscription.receiver;
  const isLeft = decision.kind === 'retry' || (decision.kind === 'exhausted' && isOfSchedule(settled));
  if (!breaker || message.isTest || !isLeft) return decision;
  if (message.probe !== undefined && failing?.isOfSeveral)
    return { kind: 'parked', reason: 'failing', isSpared: true };
  return decision.kind === 'retry' ? { kind: 'parked', reason: 'failing' } : decision;
}

/** True if the schedule has ended the delivery, and not what its receiver answered. */
function isOfSchedule({ decision, attempt: { outcome } }: Settled): boolean {
  return decision.kind === 'exhausted' && outcome.kind === 'failure' && outcome.directive === undefined;
}
