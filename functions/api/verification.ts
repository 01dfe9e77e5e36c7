import { type LimitSettings, requestedCallLimits } from '../../core/deliveries/call-limits.ts';
import type { DeliveryOutcome } from '../../core/receivers/delivery-outcome.ts';
import { echoesChallenge, verificationBody } from '../../core/receivers/verification.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { CallLimiter } from '../receivers/call-limiter.ts';
import { createReceiverCall, type ReceiverCallDeps } from '../receivers/call-receiver.ts';

export interface VerificationDeps extends ReceiverCallDeps {
  readonly reserveTurns: CallLimiter;
  readonly limits: LimitSettings;
  readonly randomBytes: (size: number) => Buffer;
}

/** Well within the 20 s of the function that waits for it. */
const verificationTimeoutMs = 8_000;

export interface Verification {
  /** The URL that was asked. */
  readonly url: string;
  readonly isVerified: boolean;
  readonly outcome: DeliveryOutcome;
}

/** Asks a receiver whether it wants callbacks; undefined if its limits leave no room for a call now. */
export function createReceiverVerification(deps: VerificationDeps) {
  const prepareCall = createReceiverCall(deps);

  return async function verifyReceiver(subscription: Subscription): Promise<Verification | undefined> {
    const turn = await deps.reserveTurns(requestedCallLimits(subscription, deps.limits), deps.now());
    if (turn.kind !== 'now') return undefined;
    const id = `vrf_${deps.randomBytes(12).toString('hex')}`;
    const challenge = deps.randomBytes(24).toString('base64url');
    const { accountId } = subscription;
    const body = verificationBody({ id, accountId, timestamp: deps.now().toISOString(), challenge });
    const call = await prepareCall(subscription, { id, body, timeoutMs: verificationTimeoutMs });
    const { outcome } = await call();
    const isVerified =
      outcome.kind === 'success' && echoesChallenge(outcome.responseExcerpt ?? '', challenge);
    return { url: subscription.url, isVerified, outcome };
  };
}

/** What the API tells of a verification. */
export function presentVerification({ isVerified, outcome }: Verification) {
  if (isVerified) return { verified: true };
  const reason = outcome.kind === 'success' ? 'challenge-not-echoed' : outcome.reason;
  return { verified: false, reason, ...(outcome.status === undefined ? {} : { status: outcome.status }) };
}
