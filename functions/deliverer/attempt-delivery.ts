import type { LimitSettings } from '../../core/deliveries/call-limits.ts';
import type { DeliveredDelivery, DeliveryInWork, DeliveryMessage } from '../../core/deliveries/delivery.ts';
import { scheduleOf } from '../../core/deliveries/delivery-steps.ts';
import { decideRetry, type RetryPolicy } from '../../core/deliveries/retry-policy.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { BatchTally } from './batch-statistics.ts';
import { type CallDeps, type CallSettings, createCallGate } from './call.ts';
import { createSubscriptionCheck, type SubscriptionCheckDeps } from './check-subscription.ts';
import { type ClaimDeps, createClaim, type Receipt } from './claim.ts';
import { type Ending, isEnding } from './ending.ts';
import type { LearnDeps } from './learn.ts';
import { createRecord, type RecordDeps } from './record.ts';
import { logEnding } from './report.ts';
import { createTurnReservation, type TurnDeps } from './reserve-turn.ts';

export interface AttemptDeps extends ClaimDeps, SubscriptionCheckDeps, TurnDeps, CallDeps, RecordDeps {
  readonly subscriptions: LearnDeps['subscriptions'];
  readonly settings: RetryPolicy & LimitSettings & CallSettings & { readonly claimLeaseMs: number };
  readonly telemetry: Telemetry;
}

/**
 * One attempt at one delivery. It passes one gate after the other. Each gate lets it through or names an ending;
 * `record` acts on the ending.
 */
export function createAttempt(deps: AttemptDeps) {
  const { settings, telemetry, now } = deps;
  const claim = createClaim(deps);
  const checkSubscription = createSubscriptionCheck(deps);
  const reserveTurn = createTurnReservation(deps);
  const callReceiver = createCallGate(deps, checkSubscription);
  const record = createRecord(deps);

  /** Returns a delivered row that still has to be written. First attempts that succeed are written together. */
  return async function attemptDelivery(
    message: DeliveryMessage,
    receipt: Receipt,
    tally: Pick<BatchTally, 'count'>,
  ): Promise<DeliveredDelivery | undefined> {
    const claimed = await claim(message, receipt);
    const ending = isEnding(claimed) ? claimed : await passGates(claimed);
    logEnding(telemetry, message, ending);
    if (isEnding(claimed)) return undefined;
    if (ending.kind === 'settled') tally.count(message, ending.attempt, ending.decision);
    return record(claimed, ending);
  };

  async function passGates(work: DeliveryInWork): Promise<Ending> {
    const subscription = await checkSubscription(work);
    if (isEnding(subscription)) return subscription;
    // A slow call goes to the retry queue, which has its own consumers, so that it holds up no first attempts.
    if (!work.claimed && subscription.receiver.slowSince) return { kind: 'deferred' };
    const turn = await reserveTurn(work, subscription);
    if (isEnding(turn)) return turn;
    const called = await callReceiver(work, subscription);
    if (isEnding(called)) return called;
    const { begunAt, attemptCount } = scheduleOf(work);
    const decision = decideRetry(
      called.attempt.outcome,
      { attemptCount: attemptCount + 1, begunAt, now: now(), random: deps.random() },
      settings,
    );
    const total = (work.claimed?.attemptCount ?? 0) + 1;
    return { kind: 'settled', ...called, decision, attemptCount: total, settledAt: now() };
  }
}
