import type { AccountStatus } from '../core/account.ts';
import type { LimitSettings } from '../core/call-limits.ts';
import {
  type Attempt,
  type CancellationReason,
  type Delivery,
  type DeliveryMessage,
  isLateFirst,
  messageFor,
  mustClaim,
  refOf,
} from '../core/delivery.ts';
import { cancel, claim, expire, scheduleOf, settle } from '../core/delivery-steps.ts';
import type * as ports from '../core/ports.ts';
import { decideRetry, isExpired, type RetryDecision, type RetryPolicy } from '../core/retry-policy.ts';
import { deadlineOf, type Subscription } from '../core/subscription.ts';
import { createTurnCheck, type TurnDeps } from './await-turn.ts';
import type { BatchTally } from './batch-statistics.ts';
import { createReceiverCall, type ReceiverCallDeps } from './call-receiver.ts';
import { createNoteTaker, hostOf } from './note-receiver.ts';
import type { Telemetry } from './telemetry.ts';

export interface AttemptDeps extends ReceiverCallDeps, TurnDeps {
  readonly subscriptions: ports.SubscriptionLookup;
  readonly accounts: ports.AccountStatusLookup;
  readonly receiverNotes: ports.ReceiverNotes;
  readonly events: ports.EventBodies;
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

  /** Answers with a delivered row that is still to be written: first attempts that succeed are written together. */
  return async function attemptDelivery(
    message: DeliveryMessage,
    receipt: Receipt,
    tally: Pick<BatchTally, 'count'>,
  ): Promise<Delivery | undefined> {
    const taken = await take(message, receipt);
    if (!taken) return undefined;
    const { claimed } = taken;
    const subscription = await findTaker(message, claimed);
    if (!subscription) return undefined;
    if (!claimed && subscription.slowSince) return stepAside(message);
    if (!(await hasItsTurn(subscription, message, claimed))) return undefined;

    const body = await bodyOf(message);
    if (body === undefined) return endExpired(message, claimed);
    const call = await prepareCall(subscription, {
      id: message.eventId,
      body,
      timeoutMs: deadlineOf(subscription, settings.callbackTimeoutMs),
    });
    // Once more: limits, table and KMS take their time when they are in trouble, and an end counts from its second on.
    if (!(await findTaker(message, claimed))) return undefined;
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
    await deps.queue.sendRetry({ ...message, recheck: true }, 0);
    telemetry.count('DeliveriesSteppedAside');
  }

  async function bodyOf({ body, accountId, eventId }: DeliveryMessage): Promise<string | undefined> {
    return body ?? (await deps.events.readEventBody(accountId, eventId));
  }

  /** Its time is over, or its event's: nothing could ever be sent. If nothing ever was, its receiver had no part in it. */
  async function endExpired(message: DeliveryMessage, claimed: Delivery | undefined): Promise<undefined> {
    const expired = expire(claimed, message, now());
    await deps.queue.sendExhausted(messageFor(expired), 'expired');
    await deliveries.replaceDelivery(claimed, expired);
    telemetry.count('DeliveriesExhausted');
    if (expired.attemptCount === 0) telemetry.error('delivery.uncalled', { ...refOf(expired) });
  }

  /** The subscription that still takes this callback; without one the delivery ends here. */
  async function findTaker(
    message: DeliveryMessage,
    claimed: Delivery | undefined,
  ): Promise<Subscription | undefined> {
    const { accountId, subscriptionId } = message;
    // Before the call as well: a fault of ours consumes no attempt, and must not keep a delivery alive for ever.
    if (isExpired(scheduleOf(claimed, message), settings, now())) return endExpired(message, claimed);
    const [accountStatus, subscription] = await Promise.all([
      deps.accounts.findAccountStatus(accountId),
      deps.subscriptions.findSubscription(accountId, subscriptionId),
    ]);
    const reason = cancellationReason(accountStatus, subscription);
    if (!reason) return subscription;
    await deliveries.replaceDelivery(claimed, cancel(claimed, message, reason, now()));
    return undefined;
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
        if (written && decision.byQueue) await deps.queue.sendRetry(next, decision.delaySeconds);
        return;
      }
      case 'exhausted':
        // Before the row is final: after it, nothing would send the message again. A superfluous one is harmless.
        await deps.queue.sendExhausted(next, decision.reason);
        await deliveries.replaceDelivery(claimed, settled);
        if (decision.disable) await deps.receiverNotes.disable(subscription, decision.disable, now());
        return;
      default:
        decision satisfies never;
    }
  }
}

function cancellationReason(
  accountStatus: AccountStatus,
  subscription: Subscription | undefined,
): CancellationReason | undefined {
  if (accountStatus !== 'active') return 'account-suspended';
  if (!subscription) return 'subscription-deleted';
  if (subscription.status === 'disabled') return 'subscription-disabled';
  return subscription.status === 'pending' ? 'subscription-pending' : undefined;
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
