import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { type Refusal, refuseTooManyRequests } from '../http/refusal.ts';
import { createReceiverVerification, type Verification, type VerificationDeps } from './verification.ts';

export type AdmissionDeps = VerificationDeps & Pick<ApiDeps, 'receiverVerification'>;

export type Admitted =
  | { readonly subscription: Subscription; readonly verification?: Verification }
  | Refusal;

const calledTooOften = 'This receiver is called too often; try again in a second.';

interface AdmissionOptions {
  /** Also if the receiver has already given its consent. */
  readonly askAgain?: boolean;
  /** The answer of a moment ago, before somebody else changed the subscription: no request asks a receiver twice. */
  readonly known?: Verification | undefined;
}

/** Decides which status a subscription gets. One that is to be enabled may have to wait for its receiver's consent. */
export function createAdmission(deps: AdmissionDeps) {
  const verifyReceiver = createReceiverVerification(deps);
  const verifyOnce = (subscription: Subscription, known: Verification | undefined) =>
    known?.url === subscription.url ? known : verifyReceiver(subscription);

  return async function admit(
    subscription: Subscription,
    wanted: 'enabled' | 'disabled',
    { askAgain = false, known }: AdmissionOptions = {},
  ): Promise<Admitted> {
    const isMissing =
      wanted === 'enabled' && deps.receiverVerification === 'required' && !subscription.verifiedAt;
    if (!isMissing && !askAgain) return { subscription: { ...subscription, status: wanted } };

    const verification = await verifyOnce(subscription, known);
    if (!verification) return refuseTooManyRequests(calledTooOften);
    const at = deps.now().toISOString();
    if (verification.isVerified) {
      const receiver = { ...subscription.receiver, provenAt: subscription.receiver.provenAt ?? at };
      const verified = { ...subscription, receiver, verifiedAt: at, status: wanted };
      return { subscription: verified, verification };
    }
    return { subscription: { ...subscription, status: isMissing ? 'pending' : wanted }, verification };
  };
}

/** What the owner wants, as far as the stored status tells. */
export function wantedStatus({ status }: Subscription): 'enabled' | 'disabled' {
  return status === 'disabled' ? 'disabled' : 'enabled';
}
