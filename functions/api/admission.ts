import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { type ApiResponse, respondTooManyRequests } from './http.ts';
import { createReceiverVerification, type Verification, type VerificationDeps } from './verification.ts';

export interface AdmissionDeps extends VerificationDeps {
  /** `required`: a receiver gets callbacks once it has said that it wants them. */
  readonly receiverVerification: 'off' | 'required';
}

type Admitted =
  | { readonly subscription: Subscription; readonly verification?: Verification }
  | { readonly problem: ApiResponse };

const calledTooOften = 'This receiver is called too often; try again in a second.';

interface AdmissionOptions {
  /** Also one that has its receiver's consent. */
  readonly askAgain?: boolean;
  /** What came of it a moment ago, before somebody else changed the subscription: nobody is asked twice for one request. */
  readonly known?: Verification | undefined;
}

/** Which status a subscription really gets: one that is to be enabled may have to wait for its receiver's consent. */
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
    if (!verification) return { problem: respondTooManyRequests(calledTooOften) };
    const at = deps.now().toISOString();
    if (verification.isVerified) {
      const receiver = { ...subscription.receiver, provenAt: subscription.receiver.provenAt ?? at };
      const verified = { ...subscription, receiver, verifiedAt: at, status: wanted };
      return { subscription: verified, verification };
    }
    return { subscription: { ...subscription, status: isMissing ? 'pending' : wanted }, verification };
  };
}
