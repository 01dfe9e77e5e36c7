import type { AccountStore } from '../../core/accounts/account-store.ts';
import { formatSecret } from '../../core/deliveries/signature.ts';
import { maxSubscriptionsPerAccount, subscriptionSchemas } from '../../core/subscriptions/subscription.ts';
import { contextOf } from '../receivers/call-receiver.ts';
import { createAdmission } from './admission.ts';
import { type Audit, auditHeaders } from './audit-log.ts';
import { createDestinationCheck } from './destination.ts';
import {
  type AccountRequest,
  type ApiResponse,
  parseBody,
  respondInvalid,
  respondProblem,
  respondSuspended,
} from './http.ts';
import { sealHeaders } from './seal-headers.ts';
import type { SubscriptionRouteDeps } from './subscriptions.ts';
import { createWrittenAnswer } from './written-subscription.ts';

export interface SubscriptionCreationDeps extends SubscriptionRouteDeps {
  readonly accounts: Pick<AccountStore, 'findAccountStatus'>;
}

export function createSubscriptionCreation(deps: SubscriptionCreationDeps, audit: Audit) {
  const schemas = subscriptionSchemas(deps.rules, deps.callbackTimeoutMs);
  const findFault = createDestinationCheck(deps);
  const admit = createAdmission(deps);
  const respondWritten = createWrittenAnswer(deps);

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
        receiver: {},
        secrets: [{ sealed: await deps.cipher.seal(secret, context), createdAt }],
        version: 1,
        createdAt,
        updatedAt: createdAt,
      },
      status,
    );
    if ('problem' in admitted) return admitted.problem;
    if (sealedHeaders) await auditHeaders(audit, request, id, sealedHeaders.names);
    // The receiver may have been asked for seconds: events count from now on.
    const writtenAt = deps.now().toISOString();
    const subscription = { ...admitted.subscription, createdAt: writtenAt, updatedAt: writtenAt };
    await deps.subscriptions.createSubscription(subscription);
    const refusal = await refuseOutrun(accountId);
    if (refusal) {
      await deps.subscriptions.deleteSubscription(accountId, id);
      return refusal;
    }
    return respondWritten(201, subscription, admitted.verification, { secret });
  };

  /** Others may have been created since the count, and the account removed: whoever comes to see it gives way. */
  async function refuseOutrun(accountId: string): Promise<ApiResponse | undefined> {
    const counted = await deps.subscriptions.listSubscriptions(accountId);
    if (counted.length > maxSubscriptionsPerAccount) return respondTooManySubscriptions();
    const accountStatus = await deps.accounts.findAccountStatus(accountId);
    return accountStatus === 'removed' ? respondSuspended() : undefined;
  }
}

function respondTooManySubscriptions(): ApiResponse {
  const detail = `An account has at most ${maxSubscriptionsPerAccount} subscriptions; delete one first.`;
  return respondProblem('too-many-subscriptions', detail);
}
