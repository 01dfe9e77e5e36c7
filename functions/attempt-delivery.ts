import {
  type Attempt,
  cancel,
  claim,
  type Delivery,
  type DeliveryMessage,
  expire,
  messageFor,
  mustClaim,
  refOf,
  settle,
} from '../core/delivery.ts';
import type * as ports from '../core/ports.ts';
import { decideRetry, isExpired, type RetryDecision, type RetryPolicy } from '../core/retry-policy.ts';
import { signCallback } from '../core/signature.ts';
import { liveSecrets, type Subscription } from '../core/subscription.ts';
import type { Telemetry } from './telemetry.ts';

export interface AttemptDeps {
  readonly subscriptions: ports.SubscriptionLookup;
  readonly subscriptionDisabler: ports.SubscriptionDisabler;
  readonly events: ports.EventBodies;
  readonly deliveries: ports.DeliveryLog;
  readonly queue: ports.DeliveryQueue;
  readonly cipher: ports.SecretCipher;
  readonly sender: ports.CallbackSender;
  readonly telemetry: Telemetry;
  readonly settings: RetryPolicy & {
    readonly callbackTimeoutMs: number;
    readonly claimLeaseMs: number;
    readonly userAgent: string;
  };
  readonly now: () => Date;
  readonly random: () => number;
}

/** One attempt at one delivery: claim where another may have called, call, decide, write, act on the decision. */
export function createAttempt(deps: AttemptDeps) {
  const { deliveries, settings, now } = deps;

  /** Answers with a delivered row that is still to be written: first attempts that succeed are written together. */
  return async function attemptDelivery(
    message: DeliveryMessage,
    receiveCount: number,
  ): Promise<Delivery | undefined> {
    let claimed: Delivery | undefined;
    if (mustClaim(message, receiveCount)) {
      const seen = await deliveries.findDelivery(message);
      claimed = claim(seen, message, now(), settings.claimLeaseMs);
      if (!claimed || !(await deliveries.replaceDelivery(seen, claimed))) return undefined;
    }
    // Before the call as well: a fault of ours consumes no attempt, and must not keep a delivery alive for ever.
    if (isExpired(message, settings, now())) {
      const expired = expire(claimed, message, now());
      await deps.queue.sendExhausted(messageFor(expired), 'expired');
      await deliveries.replaceDelivery(claimed, expired);
      return undefined;
    }
    const subscription = await deps.subscriptions.findSubscription(message.accountId, message.subscriptionId);
    if (subscription?.status !== 'enabled') {
      const reason = subscription ? 'subscription-disabled' : 'subscription-deleted';
      await deliveries.replaceDelivery(claimed, cancel(claimed, message, reason, now()));
      return undefined;
    }
    const attempt = await callReceiver(subscription, message);
    const attemptCount = (claimed?.attemptCount ?? 0) + 1;
    const { acceptedAt } = message;
    const decision = decideRetry(
      attempt.outcome,
      { attemptCount, acceptedAt, now: now(), random: deps.random() },
      settings,
    );
    report(deps.telemetry, message, subscription, attemptCount, attempt, decision);

    const settled = settle(claimed, message, attempt, decision, now());
    if (decision.kind === 'delivered' && !claimed) return settled;
    await deliveries.recordAttempt(message, attempt);
    await act(message, decision, claimed, settled);
    return undefined;
  };

  async function callReceiver(subscription: Subscription, message: DeliveryMessage): Promise<Attempt> {
    const body = message.body ?? (await deps.events.readEventBody(message.accountId, message.eventId));
    if (body === undefined) throw new Error(`the body of event ${message.eventId} is no longer stored`);
    const { accountId, id: subscriptionId, url } = subscription;
    const secrets = await Promise.all(
      liveSecrets(subscription, now()).map(({ sealed }) =>
        deps.cipher.open(sealed, { accountId, subscriptionId }),
      ),
    );
    const startedAt = now();
    const outcome = await deps.sender.send({
      url,
      connectionKey: subscriptionId,
      headers: {
        ...signCallback(message.eventId, body, secrets, startedAt),
        'content-type': 'application/json',
        'user-agent': settings.userAgent,
      },
      body,
      timeoutMs: settings.callbackTimeoutMs,
    });
    return { startedAt: startedAt.toISOString(), outcome };
  }

  /** The only place that acts on a decision. False from `replaceDelivery`: another claim has taken over. */
  async function act(
    message: DeliveryMessage,
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
        if (decision.disable) {
          const { accountId, subscriptionId } = message;
          await deps.subscriptionDisabler.disableSubscription(
            accountId,
            subscriptionId,
            decision.disable,
            now(),
          );
        }
        return;
      default:
        decision satisfies never;
    }
  }
}

/** The one wide line of an attempt. The host only: the path of a hook is often a credential. */
function report(
  telemetry: Telemetry,
  message: DeliveryMessage,
  subscription: Subscription,
  attemptCount: number,
  { outcome }: Attempt,
  decision: RetryDecision,
): void {
  const { responseExcerpt: _, ...shown } = outcome;
  const host = URL.parse(subscription.url)?.host;
  telemetry.info('delivery.attempted', { ...refOf(message), attemptCount, host, outcome: shown, decision });
  telemetry.count(outcome.kind === 'success' ? 'AttemptsSucceeded' : 'AttemptsFailed');
  if (decision.kind === 'exhausted') telemetry.count('DeliveriesExhausted');
}
