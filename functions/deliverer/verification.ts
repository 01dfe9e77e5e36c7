import { isServed } from '../../core/accounts/account.ts';
import type { AccountStatusLookup } from '../../core/accounts/account-store.ts';
import type { StageStatusLookup } from '../../core/accounts/stage-status.ts';
import type { Attempt, DeliveryInWork, DeliveryRef } from '../../core/deliveries/delivery.ts';
import { verificationBody } from '../../core/receivers/verification.ts';
import { isTooLateToAsk, openQuestion, withAnswer } from '../../core/subscriptions/consent.ts';
import { deadlineOf, hostOf, type Subscription } from '../../core/subscriptions/subscription.ts';
import type { SubscriptionLookup, SubscriptionWriter } from '../../core/subscriptions/subscription-store.ts';
import type { Verification, VerificationResult } from '../../core/subscriptions/verification.ts';
import type { Telemetry } from '../../core/telemetry.ts';
import type { CallSettings } from './call.ts';
import { createReceiverCall, type ReceiverCallDeps } from './call-receiver.ts';
import { type Answered, type Ending, isEnding } from './ending.ts';
import { createTurnReservation, type TurnDeps } from './reserve-turn.ts';

export interface VerificationDeps extends ReceiverCallDeps, TurnDeps {
  readonly accounts: AccountStatusLookup;
  readonly stageStatus: StageStatusLookup;
  /** Reads past every cache: consent must never count for a URL that the subscription has no more. */
  readonly storedSubscriptions: SubscriptionLookup;
  readonly settings: TurnDeps['settings'] & CallSettings;
  readonly telemetry: Telemetry;
  readonly randomBytes: (size: number) => Buffer;
}

/** An operator has paused the account or the stage. The sweeper brings the question back, until it is too late to ask. */
const askLater: Ending = {
  kind: 'postponed',
  limit: 'operator',
  times: { waitMs: 300_000, dueInMs: 300_000 },
  turn: undefined,
  byQueue: false,
};

interface Asked {
  readonly subscription: Subscription;
  readonly question: Verification;
}

/** Asks a receiver for its consent. It is called once; if it fails, the owner may ask again. */
export function createVerification(deps: VerificationDeps) {
  const { accounts, storedSubscriptions, telemetry, randomBytes, now } = deps;
  const prepareCall = createReceiverCall(deps);
  const reserveTurn = createTurnReservation(deps);

  return async function askReceiver(work: DeliveryInWork): Promise<Ending> {
    const asked = await findQuestion(work.message);
    if (isEnding(asked)) return asked;
    const { subscription, question } = asked;
    if (isTooLateToAsk(question, now()))
      return { kind: 'answered', subscription, result: { state: 'failed', reason: 'expired' } };
    const turn = await reserveTurn(work, subscription);
    if (isEnding(turn)) return turn;

    const challenge = randomBytes(24).toString('base64url');
    const { accountId } = subscription;
    const { id, askedAt: timestamp } = question;
    const body = { text: verificationBody({ id, accountId, timestamp, challenge }), isTest: false };
    // Without its headers: whoever answers at a new URL has no right to them yet.
    const { headers: _, ...bare } = subscription;
    const timeoutMs = deadlineOf(subscription, deps.settings.callbackTimeoutMs);
    const call = await prepareCall(bare, { work, body, timeoutMs, challenge });
    // KMS takes time. Nobody may be called at a URL that the owner has left.
    const latest = await findQuestion(work.message);
    if (isEnding(latest)) return latest;
    const attempt = withOneReason(await call(), subscription);
    return { kind: 'answered', subscription, attempt, result: resultOf(attempt) };
  };

  /**
   * Whether a name is unknown or leads inside must not be told apart: nobody may ask our name servers about what is
   * inside by pointing a name of his own there. Operators learn the rule from the log.
   */
  function withOneReason(attempt: Attempt, subscription: Subscription): Attempt {
    const { outcome } = attempt;
    if (outcome.kind !== 'failure' || outcome.reason !== 'address-forbidden') return attempt;
    const { accountId, id: subscriptionId } = subscription;
    const { refusal, refusedAddress: address, durationMs } = outcome;
    const host = hostOf(subscription);
    telemetry.warn('address.refused', { accountId, subscriptionId, host, refusal, address });
    telemetry.count('AddressesRefused');
    return { ...attempt, outcome: { kind: 'failure', reason: 'dns', durationMs } };
  }

  async function findQuestion({ accountId, subscriptionId, eventId }: DeliveryRef): Promise<Asked | Ending> {
    const [accountStatus, subscription] = await Promise.all([
      accounts.findAccountStatus(accountId),
      storedSubscriptions.findSubscription(accountId, subscriptionId),
    ]);
    if (!isServed(accountStatus)) return { kind: 'cancelled', reason: 'account-suspended' };
    if (accountStatus === 'paused' || (await deps.stageStatus.isStagePaused())) return askLater;
    if (!subscription) return { kind: 'cancelled', reason: 'subscription-deleted' };
    const question = openQuestion(subscription, eventId);
    return question ? { subscription, question } : { kind: 'cancelled', reason: 'question-withdrawn' };
  }
}

function resultOf({ outcome }: Attempt): VerificationResult {
  const { status } = outcome;
  if (outcome.kind === 'failure')
    return { state: 'failed', reason: outcome.reason, ...(status === undefined ? {} : { status }) };
  return outcome.challengeEchoed
    ? { state: 'verified', status: outcome.status }
    : { state: 'failed', reason: 'challenge-not-echoed', status: outcome.status };
}

export interface AnswerDeps extends Pick<VerificationDeps, 'storedSubscriptions' | 'now'> {
  readonly subscriptions: SubscriptionWriter;
}

/** Others write to a subscription too, but each of them once. */
const maxTries = 10;

/**
 * Writes the answer to the subscription, on the condition that the question is still open. So consent for an earlier URL
 * counts for no other.
 */
export async function writeAnswer(
  { subscriptions, storedSubscriptions, now }: AnswerDeps,
  work: DeliveryInWork,
  { subscription, result, attempt }: Answered,
): Promise<void> {
  const answer = { result, outcome: attempt?.outcome };
  let seen: Subscription | undefined = subscription;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const next: Subscription | undefined = seen && withAnswer(seen, work.message.eventId, answer, now());
    if (!seen || !next || (await subscriptions.replaceSubscription(seen, next))) return;
    seen = await storedSubscriptions.findSubscription(subscription.accountId, subscription.id);
  }
  throw new Error(`subscription ${subscription.id} changes all the time`);
}
