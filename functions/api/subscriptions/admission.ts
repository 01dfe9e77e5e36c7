import { isAwaitingAnswer, withQuestion } from '../../../core/subscriptions/consent.ts';
import type { Subscription } from '../../../core/subscriptions/subscription.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { type Refusal, refuseTooManyRequests } from '../http/refusal.ts';
import { createQuestions, type Question, type QuestionDeps } from './verification.ts';

export type AdmissionDeps = QuestionDeps & Pick<ApiDeps, 'receiverVerification'>;

export type Admitted = { readonly subscription: Subscription; readonly question?: Question } | Refusal;

const askedTooOften = 'This receiver is asked too often; try again in a second.';

interface AdmissionOptions {
  /** Also if the receiver has given its consent or is being asked. */
  readonly askAgain?: boolean;
  /** The question of a moment ago, before somebody else changed the subscription: no request asks a receiver twice. */
  readonly known?: Question | undefined;
}

/** Decides which status a subscription gets. One that is to be enabled may have to wait for its receiver's consent. */
export function createAdmission(deps: AdmissionDeps) {
  const { openQuestion } = createQuestions(deps);

  return async function admit(
    subscription: Subscription,
    wanted: 'enabled' | 'disabled',
    { askAgain = false, known }: AdmissionOptions = {},
  ): Promise<Admitted> {
    const isMissing = wanted === 'enabled' && isConsentMissing(subscription);
    const admitted = { ...subscription, status: isMissing ? ('pending' as const) : wanted };
    if (!askAgain && (!isMissing || isAwaitingAnswer(subscription, deps.now())))
      return { subscription: admitted };

    const question = known?.url === subscription.url ? known : await openQuestion(subscription);
    if (!question) return refuseTooManyRequests(askedTooOften);
    const { eventId: id, acceptedAt: askedAt } = question.row;
    return { subscription: withQuestion(admitted, { id, askedAt }), question };
  };

  function isConsentMissing({ verifiedAt }: Subscription): boolean {
    return deps.receiverVerification === 'required' && !verifiedAt;
  }
}

/** What the owner wants, as far as the stored status tells. */
export function wantedStatus({ status }: Subscription): 'enabled' | 'disabled' {
  return status === 'disabled' ? 'disabled' : 'enabled';
}
