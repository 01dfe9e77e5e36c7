import type { DeliveryOutcome } from '../receivers/delivery-outcome.ts';
import { proveBy } from '../receivers/proof.ts';
import { withDrain } from './holding.ts';
import type { Subscription } from './subscription.ts';
import type { Verification, VerificationResult } from './verification.ts';

export interface ReceiverAnswer {
  readonly result: VerificationResult;
  /** Absent if there was no call. */
  readonly outcome?: DeliveryOutcome | undefined;
}

/** A call that could not be made within this time is not made any more. Its owner can ask again. */
const verificationHorizonMs = 3_600_000;

/** The subscription whose receiver is about to be asked. An earlier question counts no more. */
export function withQuestion(
  subscription: Subscription,
  question: Pick<Verification, 'id' | 'askedAt'>,
): Subscription {
  return { ...subscription, verification: { ...question, state: 'asked' } };
}

/** The question with this id, while it awaits its answer. A change of the URL and a later question withdraw it. */
export function openQuestion({ verification }: Subscription, id: string): Verification | undefined {
  return verification?.id === id && verification.state === 'asked' ? verification : undefined;
}

export function isTooLateToAsk({ askedAt }: Verification, now: Date): boolean {
  return now.getTime() - Date.parse(askedAt) > verificationHorizonMs;
}

/** True if the receiver is being asked. A question that is too old may have been lost. */
export function isAwaitingAnswer({ verification }: Subscription, now: Date): boolean {
  return verification?.state === 'asked' && !isTooLateToAsk(verification, now);
}

/**
 * The subscription with the receiver's answer, or undefined if nobody waits for it any more. Consent proves the receiver
 * and enables a pending subscription. A refusal takes nothing away: an earlier consent of this URL still counts.
 */
export function withAnswer(
  seen: Subscription,
  id: string,
  { result, outcome }: ReceiverAnswer,
  now: Date,
): Subscription | undefined {
  const question = openQuestion(seen, id);
  if (!question) return undefined;
  const at = now.toISOString();
  const next = {
    ...seen,
    verification: { ...question, ...result, answeredAt: at },
    version: seen.version + 1,
  };
  if (result.state === 'failed') return next;
  const enabled = seen.status === 'pending' ? { status: 'enabled' as const, updatedAt: at } : {};
  const { doubts: _, ...known } = seen.receiver;
  const proof = outcome ? proveBy(seen.receiver, outcome, now) : {};
  return withDrain(seen, { ...next, ...enabled, verifiedAt: at, receiver: { ...known, ...proof } }, now);
}
