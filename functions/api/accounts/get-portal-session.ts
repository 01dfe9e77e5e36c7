import { presentSession } from '../../../contract/account-views.ts';
import { maxSubscriptionsPerAccount } from '../../../core/subscriptions/subscription.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { refuseUnknownCredential } from '../http/callers.ts';
import type { Handler } from '../http/handler.ts';

export function createGetPortalSession(
  deps: Pick<
    ApiDeps,
    'credentials' | 'rules' | 'receiverVerification' | 'callbackTimeoutMs' | 'retentionDays' | 'cacheMs'
  >,
): Handler<'GET /portal-session'> {
  const { rules, receiverVerification, callbackTimeoutMs, retentionDays, cacheMs } = deps;
  const limits = {
    subscriptions: maxSubscriptionsPerAccount,
    callbackTimeoutMs,
    callbackPorts: [...rules.allowedPorts],
    allowsPrivateUrls: rules.allowPrivateCallbacks,
    asksReceivers: receiverVerification === 'required',
    retentionDays,
    cacheMs,
  };

  return async ({ actor }) => {
    const session = await deps.credentials.findCredential(actor.id);
    // The gateway remembers for half a minute a session that has ended.
    if (!session?.expiresAt) return refuseUnknownCredential();
    const { lastUsedAt: _, ...shown } = presentSession(session);
    return { body: { ...shown, expiresAt: session.expiresAt, limits } };
  };
}
