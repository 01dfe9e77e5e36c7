import type { LimitSettings } from '../../core/deliveries/call-limits.ts';
import {
  attemptNumberOf,
  type DeliveredDelivery,
  type DeliveryInWork,
  type DeliveryMessage,
} from '../../core/deliveries/delivery.ts';
import { scheduleOf } from '../../core/deliveries/delivery-facts.ts';
import { decideRetry, type RetryPolicy } from '../../core/deliveries/retry-policy.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import { type CallDeps, type CallSettings, createCallGate } from './call.ts';
import { createSubscriptionCheck, type SubscriptionCheckDeps } from './check-subscription.ts';
import { type ClaimDeps, createClaim, type Receipt } from './claim.ts';
import { type Ending, isEnding } from './ending.ts';
import type { GatheredStatistics } from './gathered-statistics.ts';
import type { BatchPlaces } from './hold-place.ts';
import { createOwnCalls } from './own-calls.ts';
import { createParking, type ParkingDeps } from './park.ts';
import { createRecord, type RecordDeps } from './record.ts';
import { logEnding } from './report.ts';
import { createTurnReservation, type TurnDeps } from './reserve-turn.ts';
import { createProbeTaking, type ProbeDeps } from './take-probe.ts';
import type { VerificationDeps } from './verification.ts';

export interface AttemptDeps
  extends ClaimDeps,
    SubscriptionCheckDeps,
    ParkingDeps,
    ProbeDeps,
    TurnDeps,
    CallDeps,
    RecordDeps,
    VerificationDeps {
  readonly subscriptions: RecordDeps['subscriptions'];
  readonly settings: RetryPolicy &
    LimitSettings &
    CallSettings &
    RecordDeps['settings'] & { readonly claimLeaseMs: number };
  readonly telemetry: Telemetry;
}

/** What the attempts of a batch share. */
export interface BatchParts {
  readonly tally: Pick<GatheredStatistics, 'count'>;
  readonly places: Pick<BatchPlaces, 'holdPlace'>;
}

/**
 * One attempt at one delivery. It passes one gate after the other. Each gate lets it through or names an ending;
 * `record` acts on the ending.
 */
export function createAttempt(deps: AttemptDeps) {
  const { settings, telemetry, now } = deps;
  const parking = createParking(deps);
  const claim = createClaim(deps, parking);
  const takeProbe = createProbeTaking(deps);
  const checkSubscription = createSubscriptionCheck(deps);
  const reserveTurn = createTurnReservation(deps);
  const callReceiver = createCallGate(deps, checkSubscription);
  const ownCalls = createOwnCalls(deps, checkSubscription);
  const record = createRecord(deps, parking);

  /** Returns a delivered row that still has to be written. First attempts that succeed are written together. */
  return async function attemptDelivery(
    message: DeliveryMessage,
    receipt: Receipt,
    { tally, places }: BatchParts,
  ): Promise<DeliveredDelivery | undefined> {
    const claimed = await claim(message, receipt);
    // Our own calls teach nothing about a receiver.
    const mayProbe = !isEnding(claimed) && !ownCalls.has(message.eventType);
    const work = mayProbe ? await takeProbe(claimed) : claimed;
    let ending = isEnding(work) ? work : await passGates(work, places);
    try {
      if (isEnding(work)) return undefined;
      const recorded = await record(work, ending);
      ending = recorded.ending;
      return recorded.delivered;
    } finally {
      logEnding(telemetry, message, ending, now());
      if (ending.kind === 'settled') tally.count(message, ending.attempt, ending.decision);
    }
  };

  async function passGates(work: DeliveryInWork, places: BatchParts['places']): Promise<Ending> {
    const ownCall = ownCalls.get(work.message.eventType);
    if (ownCall) return places.holdPlace(work, () => ownCall(work));
    const subscription = await checkSubscription(work);
    if (isEnding(subscription)) return subscription;
    // A slow call goes to the retry queue, which has its own consumers, so that it holds up no first attempts.
    const isSlow = subscription.receiver.slowSince !== undefined;
    if (isSlow) return work.claimed ? makeCall(work, subscription) : { kind: 'deferred', delaySeconds: 0 };
    return places.holdPlace(work, () => makeCall(work, subscription));
  }

  async function makeCall(work: DeliveryInWork, subscription: Subscription): Promise<Ending> {
    const turn = await reserveTurn(work, subscription);
    if (isEnding(turn)) return turn;
    const called = await callReceiver(work, subscription);
    if (isEnding(called)) return called;
    const { begunAt, attemptCount } = scheduleOf(work);
    const context = { attemptCount: attemptCount + 1, begunAt, now: now(), random: deps.random() };
    const decide = (hasMoved: boolean) =>
      decideRetry(called.attempt.outcome, { ...context, hasMoved }, settings);
    const decisions = { decision: decide(false), decisionIfMoved: decide(true) };
    return {
      kind: 'settled',
      ...called,
      ...decisions,
      attemptCount: attemptNumberOf(work),
      settledAt: now(),
    };
  }
}
