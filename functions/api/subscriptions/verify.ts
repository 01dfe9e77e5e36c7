import { createAudit } from '../accounts/audit.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { type AdmissionDeps, createAdmission, wantedStatus } from './admission.ts';
import { changeRequested } from './change-subscription.ts';
import { createHostLimit } from './host-limit.ts';
import { createQuestions, type Question } from './verification.ts';
import { createWrittenAnswer } from './written-subscription.ts';

/** Has the receiver asked once more. A pending subscription is enabled when the receiver consents. */
export function createVerifySubscription(
  deps: AdmissionDeps & Pick<ApiDeps, 'subscriptions' | 'auditLog' | 'namedHosts' | 'cacheMs'>,
): Handler<'POST /subscriptions/{id}/verify'> {
  const audit = createAudit(deps);
  const refuseScan = createHostLimit(deps);
  const admit = createAdmission(deps);
  const { planQuestion, sendQuestion } = createQuestions(deps);
  const showWritten = createWrittenAnswer(deps);

  return async (request) => {
    let question: Question | undefined;
    let audited: Promise<void> | undefined;
    const changed = await changeRequested(deps, request, async (seen) => {
      const scan = await refuseScan(request.accountId, seen.url);
      if (scan) return scan;
      const admitted = await admit(seen, wantedStatus(seen), { askAgain: true, known: question });
      if ('problem' in admitted) return admitted;
      ({ question } = admitted);
      audited ??= audit(request, 'verification.requested', { subscriptionId: seen.id });
      await audited;
      await planQuestion(question);
      return admitted;
    });
    if ('problem' in changed) return changed;
    await sendQuestion(question);
    return showWritten(changed.subscription);
  };
}
