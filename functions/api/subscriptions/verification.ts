import type { VerificationResult } from '../../../contract/subscription-views.ts';
import { requestedCallLimits } from '../../../core/deliveries/call-limits.ts';
import { echoesChallenge, verificationBody } from '../../../core/receivers/verification.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import { createReceiverCall, type ReceiverCallDeps } from '../../receivers/call-receiver.ts';
import type { ApiDeps } from '../http/api-deps.ts';

export type VerificationDeps = ReceiverCallDeps & Pick<ApiDeps, 'reserveTurns' | 'limits' | 'randomBytes'>;

/** Well within the 20 s of the function that waits for it. */
const verificationTimeoutMs = 8_000;

export interface Verification extends VerificationResult {
  /** The URL that was asked. */
  readonly url: string;
}

/** Asks a receiver whether it wants callbacks. Undefined if its limits allow no call now. */
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
