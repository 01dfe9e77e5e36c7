import { mergeMetadata } from '../../../core/subscriptions/metadata.ts';
import {
  patchSubscription,
  type Subscription,
  type SubscriptionPatch,
} from '../../../core/subscriptions/subscription.ts';
import { createAudit } from '../accounts/audit.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { refuseInvalid } from '../http/refusal.ts';
import { type AdmissionDeps, type Admitted, createAdmission, wantedStatus } from './admission.ts';
import { auditHeaders } from './audit-headers.ts';
import { changeRequested } from './change-subscription.ts';
import { createDestinationCheck } from './destination.ts';
import type { Found } from './find-subscription.ts';
import { sealPatchedHeaders } from './seal-headers.ts';
import type { Verification } from './verification.ts';
import { createWrittenAnswer } from './written-subscription.ts';

type UpdateDeps = AdmissionDeps &
  Pick<ApiDeps, 'subscriptions' | 'auditLog' | 'rules' | 'names' | 'telemetry' | 'cacheMs'>;

export function createUpdateSubscription(deps: UpdateDeps): Handler<'PATCH /subscriptions/{id}'> {
  const audit = createAudit(deps);
  const findFault = createDestinationCheck(deps);
  const admit = createAdmission(deps);
  const showWritten = createWrittenAnswer(deps);

  return async (request) => {
    const patch = request.body;
    const fault = patch.url === undefined ? undefined : await findFault(patch.url, request);
    if (fault) return refuseInvalid([fault]);
    const changedHeaders = Object.keys(patch.headers ?? {});
    let audited: Promise<void> | undefined;
    let verification: Verification | undefined;
    const changed = await changeRequested(deps, request, async (seen) => {
      const next = await patched(seen, patch);
      if ('problem' in next) return next;
      // Only the URL and the status decide whether the receiver has to be asked.
      const asks = patch.url !== undefined || patch.status !== undefined;
      const admitted: Admitted = asks
        ? await admit(next.subscription, patch.status ?? wantedStatus(seen), { known: verification })
        : next;
      if ('problem' in admitted) return admitted;
      if ('verification' in admitted) ({ verification } = admitted);
      if (changedHeaders.length > 0) audited ??= auditHeaders(audit, request, seen.id, changedHeaders);
      await audited;
      return admitted;
    });
    return 'problem' in changed ? changed : showWritten(changed.subscription, verification);
  };

  /** The subscription after the change, except for its status. */
  async function patched(seen: Subscription, patch: SubscriptionPatch): Promise<Found> {
    const sealed = patch.headers && (await sealPatchedHeaders(deps.cipher, seen, patch.headers));
    if (sealed && 'fault' in sealed) return refuseInvalid([sealed.fault]);
    const merged = mergeMetadata(seen.metadata ?? {}, patch.metadata ?? {});
    if ('fault' in merged) return refuseInvalid([{ field: 'metadata', message: merged.fault }]);
    return { subscription: { ...patchSubscription(seen, patch), ...merged, ...sealed } };
  }
}
