import { presentActor } from '../../../contract/account-views.ts';
import { originOf } from '../../../core/subscriptions/callback-url.ts';
import { mergeMetadata } from '../../../core/subscriptions/metadata.ts';
import { withChange } from '../../../core/subscriptions/owner-changes.ts';
import {
  patchSubscription,
  type Subscription,
  type SubscriptionPatch,
} from '../../../core/subscriptions/subscription.ts';
import { createAudit } from '../accounts/audit.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler, HandlerRequest } from '../http/handler.ts';
import { type Refusal, refuseInvalid } from '../http/refusal.ts';
import { type AdmissionDeps, type Admitted, createAdmission, wantedStatus } from './admission.ts';
import { auditHeaders } from './audit-headers.ts';
import { auditChange, type Changed } from './audit-subscription.ts';
import { changeRequested } from './change-subscription.ts';
import { createDestinationCheck } from './destination.ts';
import { sealPatchedHeaders } from './seal-headers.ts';
import { createQuestions, type Question } from './verification.ts';
import { createWrittenAnswer } from './written-subscription.ts';

type UpdateRequest = HandlerRequest<'PATCH /subscriptions/{id}'>;
type UpdateDeps = AdmissionDeps &
  Pick<
    ApiDeps,
    'subscriptions' | 'cipher' | 'auditLog' | 'rules' | 'names' | 'namedHosts' | 'portalUrl' | 'cacheMs'
  >;

export function createUpdateSubscription(deps: UpdateDeps): Handler<'PATCH /subscriptions/{id}'> {
  const audit = createAudit(deps);
  const refuseDestination = createDestinationCheck(deps);
  const admit = createAdmission(deps);
  const { planQuestion, sendQuestion } = createQuestions(deps);
  const showWritten = createWrittenAnswer(deps);

  return async (request) => {
    const patch = request.body;
    const refusal = patch.url === undefined ? undefined : await refuseDestination(patch.url, request);
    if (refusal) return refusal;
    let audited: Promise<void> | undefined;
    let question: Question | undefined;
    let droppedHeaders: readonly string[] = [];
    const changed = await changeRequested(deps, request, async (seen) => {
      const next = await patched(seen, patch);
      if ('problem' in next) return next;
      ({ droppedHeaders } = next);
      const admitted = await admitChange(seen, next.subscription, patch, question);
      if ('problem' in admitted) return admitted;
      ({ question } = admitted);
      audited ??= auditAll(request, seen, { ...admitted, droppedHeaders });
      await audited;
      await planQuestion(question);
      const actor = presentActor(request.actor);
      return { subscription: withChange(seen, admitted.subscription, patch, actor, deps.now()) };
    });
    if ('problem' in changed) return changed;
    await sendQuestion(question);
    return showWritten(changed.subscription, droppedHeaders);
  };

  /** Only the URL and the status decide whether the receiver has to be asked. */
  async function admitChange(
    seen: Subscription,
    next: Subscription,
    { url, status }: SubscriptionPatch,
    known: Question | undefined,
  ): Promise<Admitted> {
    if (url === undefined && status === undefined) return { subscription: next };
    return admit(next, status ?? wantedStatus(seen), { known });
  }

  async function auditAll(request: UpdateRequest, seen: Subscription, changed: Changed): Promise<void> {
    const names = Object.keys(request.body.headers ?? {});
    if (names.length > 0) await auditHeaders(audit, request, seen.id, names);
    await auditChange(audit, request, seen, changed, request.body);
  }

  /** The subscription after the change, except for its status. */
  async function patched(seen: Subscription, patch: SubscriptionPatch): Promise<Changed | Refusal> {
    const next = patchSubscription(seen, patch);
    // Headers are credentials for the receiver that they were given for. Nobody may have them sent to himself.
    const { headers, ...bare } = seen;
    const isMoved = originOf(next) !== originOf(seen);
    const kept = isMoved ? bare : seen;
    const sealed = patch.headers && (await sealPatchedHeaders(deps.cipher, kept, patch.headers));
    if (sealed && 'fault' in sealed) return refuseInvalid([sealed.fault]);
    const merged = mergeMetadata(seen.metadata ?? {}, patch.metadata ?? {});
    if ('fault' in merged) return refuseInvalid([{ field: 'metadata', message: merged.fault }]);
    const subscription = { ...next, ...merged, ...(isMoved ? { headers: undefined } : {}), ...sealed };
    return { subscription, droppedHeaders: isMoved ? (headers?.names ?? []) : [] };
  }
}
