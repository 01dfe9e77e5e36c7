import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { type AdmissionDeps, createAdmission, wantedStatus } from './admission.ts';
import { changeRequested } from './change-subscription.ts';
import type { Verification } from './verification.ts';
import { createWrittenAnswer } from './written-subscription.ts';

/** Asks the receiver once more. A pending subscription is enabled if the receiver consents. */
export function createVerifySubscription(
  deps: AdmissionDeps & Pick<ApiDeps, 'subscriptions' | 'cacheMs'>,
): Handler<'POST /subscriptions/{id}/verify'> {
  const admit = createAdmission(deps);
  const showWritten = createWrittenAnswer(deps);

  return async (request) => {
    let verification: Verification | undefined;
    const changed = await changeRequested(deps, request, async (seen) => {
      const admitted = await admit(seen, wantedStatus(seen), { askAgain: true, known: verification });
      if ('verification' in admitted) ({ verification } = admitted);
      return admitted;
    });
    return 'problem' in changed ? changed : showWritten(changed.subscription, verification);
  };
}
