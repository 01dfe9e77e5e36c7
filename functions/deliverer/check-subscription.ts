import { isServed } from '../../core/accounts/account.ts';
import type { AccountStatusLookup } from '../../core/accounts/account-store.ts';
import type { StageStatusLookup } from '../../core/accounts/stage-status.ts';
import type { CancellationReason, DeliveryInWork } from '../../core/deliveries/delivery.ts';
import { scheduleOf } from '../../core/deliveries/delivery-facts.ts';
import { isExpired, type RetryPolicy } from '../../core/deliveries/retry-policy.ts';
import { drillType } from '../../core/receivers/drill.ts';
import { type HoldBack, holdBackOf, isProbe } from '../../core/subscriptions/parking.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { SubscriptionLookup } from '../../core/subscriptions/subscription-store.ts';
import type { Ending } from './ending.ts';

export interface SubscriptionCheckDeps {
  readonly subscriptions: SubscriptionLookup;
  /** Reads past every cache. */
  readonly storedSubscriptions: SubscriptionLookup;
  readonly accounts: AccountStatusLookup;
  readonly stageStatus: StageStatusLookup;
  readonly settings: RetryPolicy;
  readonly now: () => Date;
}

export type SubscriptionCheck = ReturnType<typeof createSubscriptionCheck>;

/**
 * Lets a delivery through if its subscription still accepts callbacks and its time is not over. Passes the
 * subscription on.
 */
export function createSubscriptionCheck(deps: SubscriptionCheckDeps) {
  const { subscriptions, storedSubscriptions, accounts, stageStatus, settings, now } = deps;

  return async function checkSubscription(work: DeliveryInWork): Promise<Subscription | Ending> {
    const { accountId, subscriptionId, probe } = work.message;
    // A cache may not yet know of the probe that this is.
    const lookup = probe === undefined ? subscriptions : storedSubscriptions;
    const [isStagePaused, accountStatus, subscription] = await Promise.all([
      stageStatus.isStagePaused(),
      accounts.findAccountStatus(accountId),
      lookup.findSubscription(accountId, subscriptionId),
    ]);
    // A removed account has no subscriptions any more: then the account is the reason.
    if (!isServed(accountStatus)) return { kind: 'cancelled', reason: 'account-suspended' };
    if (!subscription) return { kind: 'cancelled', reason: 'subscription-deleted' };
    // Check this before the call too: a fault of ours uses up no attempt, and it must not keep a delivery alive for
    // ever.
    if (isExpired(scheduleOf(work), settings, now())) return { kind: 'expired' };
    if (isStagePaused) return { kind: 'parked', reason: 'stage-paused' };
    if (accountStatus === 'paused') return { kind: 'parked', reason: 'account-paused' };
    const held = holdBackOf(subscription, now());
    if (held && !mayPass(work, subscription, held)) return { kind: 'parked', reason: held.reason };
    if (isKeptForOwner(work, subscription)) return { kind: 'parked', reason: 'disabled' };
    const reason = reasonToCancel(subscription);
    return reason ? { kind: 'cancelled', reason } : subscription;
  };
}

/** What owners ask for to see how a receiver does is not held back, and one probe is not. */
function mayPass({ message }: DeliveryInWork, subscription: Subscription, { reason }: HoldBack): boolean {
  const isAsked = message.isTest === true || message.eventType === drillType;
  return isAsked || (reason === 'failing' && isProbe(subscription, message.probe));
}

/** What came before we disabled the subscription, or while it kept what came, is kept however late its attempt comes. */
function isKeptForOwner(
  { message }: DeliveryInWork,
  { status, disabledReason, keptUntil = '' }: Subscription,
): boolean {
  return status === 'disabled' && disabledReason !== undefined && message.acceptedAt <= keptUntil;
}

function reasonToCancel({ status }: Subscription): CancellationReason | undefined {
  if (status === 'disabled') return 'subscription-disabled';
  return status === 'pending' ? 'subscription-pending' : undefined;
}
