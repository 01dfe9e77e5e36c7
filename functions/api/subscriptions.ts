import { mergeMetadata } from '../../core/subscriptions/metadata.ts';
import {
  patchSubscription,
  type Subscription,
  type SubscriptionPatch,
  subscriptionSchemas,
} from '../../core/subscriptions/subscription.ts';
import type { SubscriptionStore } from '../../core/subscriptions/subscription-store.ts';
import { presentSubscription } from '../../core/subscriptions/subscription-view.ts';
import { type AdmissionDeps, createAdmission } from './admission.ts';
import { type Audit, auditHeaders } from './audit-log.ts';
import { changeRequested, deleteRequested, findRequested } from './change-subscription.ts';
import { createDestinationCheck, type DestinationDeps } from './destination.ts';
import { type AccountRequest, type ApiResponse, parseBody, respondInvalid, respondJson } from './http.ts';
import { createPages, noFilter } from './pages.ts';
import { etagOf } from './preconditions.ts';
import { sealPatchedHeaders } from './seal-headers.ts';
import type { Verification } from './verification.ts';
import { createWrittenAnswer, effectiveAfter } from './written-subscription.ts';

export interface SubscriptionRouteDeps extends DestinationDeps, AdmissionDeps {
  readonly subscriptions: SubscriptionStore;
  readonly cursorKey: () => Promise<Uint8Array>;
  /** The stage's time for a call, in milliseconds. */
  readonly callbackTimeoutMs: number;
  readonly cacheMs: number;
}

export function createSubscriptionRoutes(deps: SubscriptionRouteDeps, audit: Audit) {
  const schemas = subscriptionSchemas(deps.rules, deps.callbackTimeoutMs);
  const findFault = createDestinationCheck(deps);
  const admit = createAdmission(deps);
  const respondPage = createPages(deps, noFilter);
  const respondWritten = createWrittenAnswer(deps);

  return {
    list: (request: AccountRequest): Promise<ApiResponse> =>
      respondPage(request, 'subscriptions', async (limit, after = '') => {
        const all = await deps.subscriptions.listSubscriptions(request.accountId);
        const rest = all.filter((subscription) => positionOf(subscription) > after);
        const items = rest.slice(0, limit);
        const last = items.at(-1);
        return {
          items: items.map(presentSubscription),
          next: last && rest.length > limit ? positionOf(last) : undefined,
        };
      }),

    async get(request: AccountRequest): Promise<ApiResponse> {
      const found = await findRequested(deps.subscriptions, request);
      if ('problem' in found) return found.problem;
      const { subscription } = found;
      return respondJson(200, presentSubscription(subscription), { etag: etagOf(subscription) });
    },

    async patch(request: AccountRequest): Promise<ApiResponse> {
      const parsed = parseBody(request, schemas.patch);
      if ('problem' in parsed) return parsed.problem;
      const patch = parsed.body;
      const fault = patch.url === undefined ? undefined : await findFault(patch.url, request);
      if (fault) return respondInvalid([fault]);
      const changedHeaders = Object.keys(patch.headers ?? {});
      let audited: Promise<void> | undefined;
      let verification: Verification | undefined;
      const changed = await changeRequested(deps, request, async (seen) => {
        const next = await patched(seen, patch);
        if ('problem' in next) return next;
        // Nothing else has to do with whether the receiver wants to be called.
        const asks = patch.url !== undefined || patch.status !== undefined;
        const admitted = asks
          ? await admit(next.subscription, patch.status ?? wantedStatus(seen), { known: verification })
          : next;
        if ('problem' in admitted) return admitted;
        if ('verification' in admitted) ({ verification } = admitted);
        if (changedHeaders.length > 0) audited ??= auditHeaders(audit, request, seen.id, changedHeaders);
        await audited;
        return admitted;
      });
      if ('problem' in changed) return changed.problem;
      return respondWritten(200, changed.subscription, verification);
    },

    /** Asks the receiver once more; whoever was waiting for the answer is enabled by it. */
    async verify(request: AccountRequest): Promise<ApiResponse> {
      let verification: Verification | undefined;
      const changed = await changeRequested(deps, request, async (seen) => {
        const admitted = await admit(seen, wantedStatus(seen), { askAgain: true, known: verification });
        if ('verification' in admitted) ({ verification } = admitted);
        return admitted;
      });
      if ('problem' in changed) return changed.problem;
      return respondWritten(200, changed.subscription, verification);
    },

    async remove(request: AccountRequest): Promise<ApiResponse> {
      const deleted = await deleteRequested(deps.subscriptions, request);
      return 'problem' in deleted ? deleted.problem : respondJson(200, { effectiveAt: effectiveAfter(deps) });
    },
  };

  /** All of the change but the status. */
  async function patched(
    seen: Subscription,
    patch: SubscriptionPatch,
  ): Promise<{ subscription: Subscription } | { problem: ApiResponse }> {
    const sealed = patch.headers && (await sealPatchedHeaders(deps.cipher, seen, patch.headers));
    if (sealed && 'fault' in sealed) return { problem: respondInvalid([sealed.fault]) };
    const merged = mergeMetadata(seen.metadata ?? {}, patch.metadata ?? {});
    if ('fault' in merged) return { problem: respondInvalid([{ field: 'metadata', message: merged.fault }]) };
    return { subscription: { ...patchSubscription(seen, patch), ...merged, ...sealed } };
  }
}

/** What the owner wants, as far as the stored status tells. */
function wantedStatus({ status }: Subscription): 'enabled' | 'disabled' {
  return status === 'disabled' ? 'disabled' : 'enabled';
}

/** In the order of the list. */
function positionOf({ createdAt, id }: Subscription): string {
  return `${createdAt} ${id}`;
}
