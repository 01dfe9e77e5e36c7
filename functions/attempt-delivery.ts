import type { LimitSettings } from '../core/deliveries/call-limits.ts';
import {
  type Attempt,
  type Delivery,
  type DeliveryMessage,
  isLateFirst,
  messageFor,
  mustClaim,
  refOf,
} from '../core/deliveries/delivery.ts';
import { claim, scheduleOf, settle } from '../core/deliveries/delivery-steps.ts';
import type { EventBodies } from '../core/deliveries/event-log.ts';
import { decideRetry, type RetryDecision, type RetryPolicy } from '../core/deliveries/retry-policy.ts';
import type { ReceiverNotes } from '../core/subscriptions/receiver-notes.ts';
import { deadlineOf, type Subscription } from '../core/subscriptions/subscription.ts';
import { createTurnCheck, type TurnDeps } from './await-turn.ts';
import type { BatchTally } from './batch-statistics.ts';
import { createReceiverCall, type ReceiverCallDeps } from './call-receiver.ts';
import { createTakerLookup, type TakerDeps } from './find-taker.ts';
import { createNoteTaker, hostOf } from './note-receiver.ts';
import type { Telemetry } from './telemetry.ts';

export interface AttemptDeps extends ReceiverCallDeps, TurnDeps, TakerDeps {
  readonly receiverNotes: ReceiverNotes;
  readonly events: EventBodies;
  readonly settings: RetryPolicy &
    LimitSettings & { readonly callbackTimeoutMs: number; readonly claimLeaseMs: number };
}

/** What SQS says of a message that it hands out. */
export interface Receipt {
  readonly receiveCount: number;
  readonly sentAt: Date;
}

/**
 * One attempt at one delivery: claim where another may have called, see that it may be made now, call, decide, write,
 * act on the decision.
 */
export function createAttempt(deps: AttemptDeps) {
  const { deliveries, settings, telemetry, now } = deps;
  const hasItsTurn = createTurnCheck(deps);
  const prepareCall = createReceiverCall(deps);
  const takeNote = createNoteTaker(deps);
  const { findTaker, endExpired } = createTakerLookup(deps);

  /** Answers with a delivered row that is still to be written: first attempts that succeed are written together. */
  return async function attemptDelivery(
    message: DeliveryMessage,
    receipt: Receipt,
    tally: Pick<BatchTally, 'count'>,
  ): Promise<Delivery | undefined> {
    const taken = await take(message, receipt);
    if (!taken) return undefined;
    const { claimed } = taken;
    const taker = await findTaker(message, claimed);
    if (!taker) return undefined;
    if (!claimed && taker.slowSince) return stepAside(message);
    if (!(await hasItsTurn(taker, message, claimed))) return undefined;

    const body = await bodyOf(message);
    if (body === undefined) return endExpired(message, claimed);
    const prepared = await prepareFor(taker, message, claimed, body);
    if (!prepared) return undefined;
    const { subscription, call } = prepared;
    const attempt = await call();
    await takeNote(subscription, attempt);
    const { begunAt, attemptCount } = scheduleOf(claimed, message);
    const decision = decideRetry(
      attempt.outcome,
      { attemptCount: attemptCount + 1, begunAt, now: now(), random: deps.random() },
      settings,
    );
    const settled = settle(claimed, message, attempt, decision, now());
    report(telemetry, subscription, attempt, decision, settled);
    tally.count(message, attempt, decision);
    if (decision.kind === 'delivered' && !claimed) return settled;
    await deliveries.recordAttempt(message, attempt);
    await act(subscription, decision, claimed, settled);
    return undefined;
  };

  /**
   * The call as the subscription is when all is done that takes its time: limits, table and KMS in trouble take it, and a
   * change counts from its second on. Undefined if it takes nothing any more.
   */
  async function prepareFor(
    subscription: Subscription,
    message: DeliveryMessage,
    claimed: Delivery | undefined,
    body: string,
  ): Promise<{ readonly subscription: Subscription; readonly call: () => Promise<Attempt> } | undefined> {
    const call = await prepareCall(subscription, {
      id: message.eventId,
      body,
      timeoutMs: deadlineOf(subscription, settings.callbackTimeoutMs),
    });
    const latest = await findTaker(message, claimed);
    if (!latest) return undefined;
    if (latest.version === subscription.version) return { subscription, call };
    return prepareFor(latest, message, claimed, body);
  }

  /** With a claim, unless it is a first attempt; undefined if the message is void, or another has claimed first. */
  async function take(
    message: DeliveryMessage,
    { receiveCount, sentAt }: Receipt,
  ): Promise<{ readonly claimed?: Delivery } | undefined> {
    const isFirst = !mustClaim(message, receiveCount);
    if (isFirst && !isLateFirst(sentAt, now())) return {};
    const seen = await deliveries.findDelivery(message);
    if (isFirst) return seen ? undefined : {};
    const claimed = claim(seen, message, now(), settings.claimLeaseMs);
    return claimed && (await deliveries.replaceDelivery(seen, claimed)) ? { claimed } : undefined;
  }

  /** To the retry queue, which has consumers of its own: a call that takes long keeps no others' first waiting. */
  async function stepAside(message: DeliveryMessage): Promise<undefined> {
    // Both messages may live on after a crash.
    await deps.retries.sendRetry({ ...message, recheck: true }, 0);
    telemetry.count('DeliveriesSteppedAside');
  }

  async function bodyOf({ body, accountId, eventId }: DeliveryMessage): Promise<string | undefined> {
    return body ?? (await deps.events.readEventBody(accountId, eventId));
  }

  /** The only place that acts on a decision. False from `replaceDelivery`: another claim has taken over. */
  async function act(
    subscription: Subscription,
    decision: RetryDecision,
    claimed: Delivery | undefined,
    settled: Delivery,
  ): Promise<void> {
    const next = messageFor(settled);
    switch (decision.kind) {
      case 'delivered':
        await deliveries.replaceDelivery(claimed, settled);
        return;
      case 'retry': {
        const written = await deliveries.replaceDelivery(claimed, settled);
        // A crash from here on costs punctuality only: the due index has the row.
        if (written && decision.byQueue) await deps.retries.sendRetry(next, decision.delaySeconds);
        return;
      }
      case 'exhausted':
        // Before the row is final: after it, nothing would send the message again. A superfluous one is harmless.
        await deps.exhausted.sendExhausted(next, decision.reason);
        if (decision.disable) await deps.receiverNotes.disable(subscription, decision.disable, now());
        await deliveries.replaceDelivery(claimed, settled);
        return;
      default:
        decision satisfies never;
    }
  }
}

/** The one wide line of an attempt. */
function report(
  telemetry: Telemetry,
  subscription: Subscription,
  { outcome }: Attempt,
  decision: RetryDecision,
  settled: Delivery,
): void {
  const { responseExcerpt: _, ...shown } = outcome;
  const { attemptCount } = settled;
  const host = hostOf(subscription);
  telemetry.info('delivery.attempted', { ...refOf(settled), attemptCount, host, outcome: shown, decision });
  telemetry.count(outcome.kind === 'success' ? 'AttemptsSucceeded' : 'AttemptsFailed');
  if (decision.kind === 'exhausted') telemetry.count('DeliveriesExhausted');
}
