import { formatSecret } from '../../../core/deliveries/signature.ts';
import { maxSubscriptionsPerAccount, type Subscription } from '../../../core/subscriptions/subscription.ts';
import { contextOf } from '../../receivers/call-receiver.ts';
import { createAudit } from '../accounts/audit.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler, HandlerRequest } from '../http/handler.ts';
import { type Refusal, refuse, refuseInvalid, refuseSuspended } from '../http/refusal.ts';
import { type AdmissionDeps, createAdmission } from './admission.ts';
import { auditHeaders } from './audit-headers.ts';
import { createDestinationCheck } from './destination.ts';
import { sealHeaders } from './seal-headers.ts';
import { createWrittenAnswer } from './written-subscription.ts';

type CreateDeps = AdmissionDeps &
  Pick<ApiDeps, 'subscriptions' | 'accounts' | 'auditLog' | 'rules' | 'names' | 'telemetry' | 'cacheMs'>;

export function createCreateSubscription(deps: CreateDeps): Handler<'POST /subscriptions'> {
  const audit = createAudit(deps);
  const findFault = createDestinationCheck(deps);
  const admit = createAdmission(deps);
  const showWritten = createWrittenAnswer(deps);

  return async (request) => {
    const { accountId, body: wanted } = request;
    const fault = await findFault(wanted.url, request);
    if (fault) return refuseInvalid([fault]);
    const existing = await deps.subscriptions.listSubscriptions(accountId);
    if (existing.length >= maxSubscriptionsPerAccount) return refuseTooManySubscriptions();
    const { draft, secret } = await draftSubscription(accountId, wanted);
    const admitted = await admit(draft, wanted.status);
    if ('problem' in admitted) return admitted;
    if (draft.headers) await auditHeaders(audit, request, draft.id, draft.headers.names);
    // Asking the receiver may have taken seconds: events count from now on.
    const writtenAt = deps.now().toISOString();
    const subscription = { ...admitted.subscription, createdAt: writtenAt, updatedAt: writtenAt };
    await deps.subscriptions.createSubscription(subscription);
    const refusal = await refuseOutrun(accountId);
    if (refusal) {
      await deps.subscriptions.deleteSubscription(accountId, draft.id);
      return refusal;
    }
    const { body, etag } = showWritten(subscription, admitted.verification);
    return { body: { ...body, secret }, etag };
  };

  /** The new subscription and its secret, before its receiver is asked. */
  async function draftSubscription(
    accountId: string,
    { headers, ...properties }: HandlerRequest<'POST /subscriptions'>['body'],
  ): Promise<{ draft: Subscription; secret: string }> {
    const id = `sub_${deps.randomBytes(12).toString('hex')}`;
    const secret = formatSecret(deps.randomBytes(32));
    const context = contextOf({ accountId, id });
    const createdAt = deps.now().toISOString();
    const sealedHeaders = await sealHeaders(deps.cipher, context, headers);
    const draft = {
      ...properties,
      ...(sealedHeaders ? { headers: sealedHeaders } : {}),
      accountId,
      id,
      receiver: {},
      secrets: [{ sealed: await deps.cipher.seal(secret, context), createdAt }],
      version: 1,
      createdAt,
      updatedAt: createdAt,
    };
    return { draft, secret };
  }

  /**
   * Meanwhile, other requests may have created subscriptions or removed the account. The request that notices it gives
   * way.
   */
  async function refuseOutrun(accountId: string): Promise<Refusal | undefined> {
    const counted = await deps.subscriptions.listSubscriptions(accountId);
    if (counted.length > maxSubscriptionsPerAccount) return refuseTooManySubscriptions();
    const accountStatus = await deps.accounts.findAccountStatus(accountId);
    return accountStatus === 'removed' ? refuseSuspended() : undefined;
  }
}

function refuseTooManySubscriptions(): Refusal {
  const detail = `An account has at most ${maxSubscriptionsPerAccount} subscriptions; delete one first.`;
  return refuse('too-many-subscriptions', detail);
}
