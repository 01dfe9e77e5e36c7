import { formatSecret } from '../../core/signature.ts';
import {
  maxSubscriptionsPerAccount,
  type Subscription,
  subscriptionSchemas,
} from '../../core/subscription.ts';
import { contextOf } from '../call-receiver.ts';
import { createAdmission } from './admission.ts';
import { type Audit, auditHeaders } from './audit-log.ts';
import { createDestinationCheck } from './destination.ts';
import { type AccountRequest, type ApiResponse, parseBody, respondInvalid, respondProblem } from './http.ts';
import { sealHeaders } from './seal-headers.ts';
import { positionOf, type SubscriptionRouteDeps } from './subscriptions.ts';
import { createWrittenAnswer } from './written-subscription.ts';

export function createSubscriptionCreation(deps: SubscriptionRouteDeps, audit: Audit) {
  const schemas = subscriptionSchemas(deps.rules, deps.callbackTimeoutMs);
  const findFault = createDestinationCheck(deps);
  const admit = createAdmission(deps);
  const respondWritten = createWrittenAnswer(deps.now);

  return async function create(request: AccountRequest): Promise<ApiResponse> {
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
    if (sealedHeaders) await auditHeaders(audit, request, id, sealedHeaders.names);
    await deps.subscriptions.createSubscription(admitted.subscription);
    // Others may have been created since the count: the latest of those that are too many give way.
    const counted = await deps.subscriptions.listSubscriptions(accountId);
    if (counted.toSorted(byPosition).findIndex((one) => one.id === id) >= maxSubscriptionsPerAccount) {
      await deps.subscriptions.deleteSubscription(accountId, id);
      return respondTooManySubscriptions();
    }
    return respondWritten(201, admitted.subscription, admitted.verification, { secret });
  };
}

function respondTooManySubscriptions(): ApiResponse {
  const detail = `An account has at most ${maxSubscriptionsPerAccount} subscriptions; delete one first.`;
  return respondProblem('too-many-subscriptions', detail);
}

function byPosition(a: Subscription, b: Subscription): number {
  return positionOf(a) < positionOf(b) ? -1 : 1;
}
