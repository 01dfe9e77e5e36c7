import { mergeMetadata } from '../../core/metadata.ts';
import type { SubscriptionStore } from '../../core/ports.ts';
import { formatSecret } from '../../core/signature.ts';
import {
  maxSubscriptionsPerAccount,
  patchSubscription,
  type Subscription,
  subscriptionCacheMs,
  subscriptionSchemas,
} from '../../core/subscription.ts';
import { presentSubscription } from '../../core/subscription-view.ts';
import { contextOf } from '../call-receiver.ts';
import { type AdmissionDeps, createAdmission } from './admission.ts';
import type { Audit } from './audit-log.ts';
import { changeRequested, deleteRequested, findRequested } from './change-subscription.ts';
import { createDestinationCheck, type DestinationDeps } from './destination.ts';
import {
  type AccountRequest,
  type ApiResponse,
  parseBody,
  respondInvalid,
  respondJson,
  respondProblem,
} from './http.ts';
import { createPages, noFilter } from './pages.ts';
import { etagOf } from './preconditions.ts';
import { sealHeaders, sealPatchedHeaders } from './seal-headers.ts';
import { presentVerification, type Verification } from './verification.ts';

export interface SubscriptionRouteDeps extends DestinationDeps, AdmissionDeps {
  readonly subscriptions: SubscriptionStore;
  readonly cursorKey: () => Promise<Uint8Array>;
  /** The stage's time for a call, in milliseconds. */
  readonly callbackTimeoutMs: number;
}

export function createSubscriptionRoutes(deps: SubscriptionRouteDeps, audit: Audit) {
  const schemas = subscriptionSchemas(deps.rules, deps.callbackTimeoutMs);
  const findFault = createDestinationCheck(deps);
  const admit = createAdmission(deps);
  const respondPage = createPages(deps, noFilter);
  const effectiveAt = () => new Date(deps.now().getTime() + subscriptionCacheMs).toISOString();

  /** The answer that shows a subscription which was just written. */
  function respondWritten(
    statusCode: number,
    subscription: Subscription,
    verification: Verification | undefined,
    extra: { readonly secret?: string } = {},
  ): ApiResponse {
    const shown = {
      ...presentSubscription(subscription),
      ...(verification ? { verification: presentVerification(verification) } : {}),
      effectiveAt: effectiveAt(),
      ...extra,
    };
    return respondJson(statusCode, shown, { etag: etagOf(subscription) });
  }

  return {
    async create(request: AccountRequest): Promise<ApiResponse> {
      const { accountId } = request;
      const parsed = parseBody(request, schemas.create);
      if ('problem' in parsed) return parsed.problem;
      const { headers, status, ...properties } = parsed.body;
      const fault = await findFault(properties.url, request);
      if (fault) return respondInvalid([fault]);
      const existing = await deps.subscriptions.listSubscriptions(accountId);
      if (existing.length >= maxSubscriptionsPerAccount) return respondTooManySubscriptions();
      const id = `sub_${deps.randomBytes(12).toString('hex')}`;
      const secret = formatSecret(deps.randomBytes(32));
      const context = contextOf({ accountId, id });
      const createdAt = deps.now().toISOString();
      const sealedHeaders = await sealHeaders(deps.cipher, context, headers);
      const admitted = await admit(
        {
          ...properties,
          ...(sealedHeaders ? { headers: sealedHeaders } : {}),
          accountId,
          id,
          status,
          secrets: [{ sealed: await deps.cipher.seal(secret, context), createdAt }],
          version: 1,
          createdAt,
          updatedAt: createdAt,
        },
        status,
      );
      if ('problem' in admitted) return admitted.problem;
      if (sealedHeaders) await auditHeaders(request, id, sealedHeaders.names);
      await deps.subscriptions.createSubscription(admitted.subscription);
      // Others may have been created since the count: the latest of those that are too many give way.
      const counted = await deps.subscriptions.listSubscriptions(accountId);
      if (counted.toSorted(byPosition).findIndex((one) => one.id === id) >= maxSubscriptionsPerAccount) {
        await deps.subscriptions.deleteSubscription(accountId, id);
        return respondTooManySubscriptions();
      }
      return respondWritten(201, admitted.subscription, admitted.verification, { secret });
    },

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
      if (patch.headers) {
        const found = await findRequested(deps.subscriptions, request);
        if ('problem' in found) return found.problem;
        await auditHeaders(request, found.subscription.id, Object.keys(patch.headers));
      }
      let verification: Verification | undefined;
      const changed = await changeRequested(deps.subscriptions, request, async (seen) => {
        const sealed = patch.headers && (await sealPatchedHeaders(deps.cipher, seen, patch.headers));
        if (sealed && 'fault' in sealed) return { problem: respondInvalid([sealed.fault]) };
        const merged = mergeMetadata(seen.metadata ?? {}, patch.metadata ?? {});
        if ('fault' in merged)
          return { problem: respondInvalid([{ field: 'metadata', message: merged.fault }]) };
        const next = { ...patchSubscription(seen, patch, deps.now()), ...merged, ...sealed };
        const admitted = await admit(next, patch.status ?? wantedStatus(seen), { known: verification });
        if ('verification' in admitted) ({ verification } = admitted);
        return admitted;
      });
      if ('problem' in changed) return changed.problem;
      return respondWritten(200, changed.subscription, verification);
    },

    /** Asks the receiver once more; whoever was waiting for the answer is enabled by it. */
    async verify(request: AccountRequest): Promise<ApiResponse> {
      let verification: Verification | undefined;
      const changed = await changeRequested(deps.subscriptions, request, async (seen) => {
        const admitted = await admit(seen, wantedStatus(seen), { askAgain: true, known: verification });
        if ('verification' in admitted) ({ verification } = admitted);
        return admitted;
      });
      if ('problem' in changed) return changed.problem;
      return respondWritten(200, changed.subscription, verification);
    },

    async remove(request: AccountRequest): Promise<ApiResponse> {
      const deleted = await deleteRequested(deps.subscriptions, request);
      return 'problem' in deleted ? deleted.problem : respondJson(200, { effectiveAt: effectiveAt() });
    },
  };

  function auditHeaders(request: AccountRequest, subscriptionId: string, names: readonly string[]) {
    return audit(request, request.accountId, 'headers.changed', { subscriptionId, details: { names } });
  }
}

/** What the owner wants, as far as the stored status tells. */
function wantedStatus({ status }: Subscription): 'enabled' | 'disabled' {
  return status === 'disabled' ? 'disabled' : 'enabled';
}

function respondTooManySubscriptions(): ApiResponse {
  const detail = `An account has at most ${maxSubscriptionsPerAccount} subscriptions; delete one first.`;
  return respondProblem('too-many-subscriptions', detail);
}

function byPosition(a: Subscription, b: Subscription): number {
  return positionOf(a) < positionOf(b) ? -1 : 1;
}

/** In the order of the list. */
function positionOf({ createdAt, id }: Subscription): string {
  return `${createdAt} ${id}`;
}
