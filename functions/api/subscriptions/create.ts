import { formatSecret } from '../../../core/deliveries/signature.ts';
import { contextOf } from '../../../core/subscriptions/sealing.ts';
import { maxSubscriptionsPerAccount, type Subscription } from '../../../core/subscriptions/subscription.ts';
import { createAudit } from '../accounts/audit.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler, HandlerRequest } from '../http/handler.ts';
import { type Refusal, refuse, refuseSuspended } from '../http/refusal.ts';
import { type AdmissionDeps, createAdmission } from './admission.ts';
import { auditHeaders } from './audit-headers.ts';
import { auditLifetime } from './audit-subscription.ts';
import { createDestinationCheck } from './destination.ts';
import { sealHeaders } from './seal-headers.ts';
import { showSecret } from './show-secret.ts';
import { createQuestions } from './verification.ts';
import { createWrittenAnswer } from './written-subscription.ts';

type CreateDeps = AdmissionDeps &
  Pick<
    ApiDeps,
    | 'subscriptions'
    | 'accounts'
    | 'slots'
    | 'cipher'
    | 'auditLog'
    | 'rules'
    | 'names'
    | 'namedHosts'
    | 'portalUrl'
    | 'cacheMs'
  >;

export function createCreateSubscription(deps: CreateDeps): Handler<'POST /subscriptions'> {
  const audit = createAudit(deps);
  const refuseDestination = createDestinationCheck(deps);
  const admit = createAdmission(deps);
  const { planQuestion, sendQuestion } = createQuestions(deps);
  const showWritten = createWrittenAnswer(deps);

  return async (request) => {
    const { accountId, body: wanted } = request;
    const unreachable = await refuseDestination(wanted.url, request);
    if (unreachable) return unreachable;
    if ((await listIds(accountId)).length >= maxSubscriptionsPerAccount) return refuseTooManySubscriptions();
    const { draft, secret } = await draftSubscription(accountId, wanted);
    const admitted = await admit(draft, wanted.status);
    if ('problem' in admitted) return admitted;
    const full = await refuseFull(draft);
    if (full) return full;
    const { subscription, question } = admitted;
    if (draft.headers) await auditHeaders(audit, request, draft.id, draft.headers.names);
    await auditLifetime(audit, request, 'subscription.created', subscription);
    await planQuestion(question);
    await deps.subscriptions.createSubscription(subscription);
    const refusal = await refuseOutrun(subscription);
    if (refusal) return refusal;
    await sendQuestion(question);
    const { body, etag } = showWritten(subscription);
    return { body: { ...body, ...showSecret(request, secret) }, etag };
  };

  async function listIds(accountId: string): Promise<string[]> {
    return (await deps.subscriptions.listSubscriptions(accountId)).map(({ id }) => id);
  }

  /** The new subscription and its secret, before it is admitted. */
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

  /** Other requests may create subscriptions at the same time: a slot is given to one of them only. */
  async function refuseFull({ accountId, id }: Subscription): Promise<Refusal | undefined> {
    const slot = { accountId, kind: 'subscriptions', id, max: maxSubscriptionsPerAccount } as const;
    const isTaken = await deps.slots.takeSlot(slot, () => listIds(accountId), deps.now());
    return isTaken ? undefined : refuseTooManySubscriptions();
  }

  /** Meanwhile, another request may have removed the account. This one gives way. */
  async function refuseOutrun({ accountId, id }: Subscription): Promise<Refusal | undefined> {
    if ((await deps.accounts.findAccountStatus(accountId)) !== 'removed') return undefined;
    await deps.subscriptions.deleteSubscription(accountId, id);
    await deps.slots.freeSlot({ accountId, kind: 'subscriptions', id });
    return refuseSuspended();
  }
}

function refuseTooManySubscriptions(): Refusal {
  const detail = `An account has at most ${maxSubscriptionsPerAccount} subscriptions; delete one first.`;
  return refuse('too-many-subscriptions', detail);
}
