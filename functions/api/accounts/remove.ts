import type { CredentialKind } from '../../../core/accounts/credential.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { effectiveAfter } from '../http/effect.ts';
import type { Handler } from '../http/handler.ts';
import { createAudit } from './audit.ts';
import { credentialLimits } from './issue-credential.ts';

type RemoveAccountDeps = Pick<
  ApiDeps,
  'accounts' | 'credentials' | 'slots' | 'subscriptions' | 'auditLog' | 'cacheMs' | 'now'
>;

/** May be repeated after a fault: what is gone stays gone. Events and deliveries expire by their time to live. */
export function createRemoveAccount(deps: RemoveAccountDeps): Handler<'DELETE /accounts/{accountId}'> {
  const { accounts, credentials, slots, subscriptions, now } = deps;
  const audit = createAudit(deps);

  return async (request) => {
    const { accountId } = request.path;
    await audit(request, 'account.removed');
    // First, so that no credential works any more, however long the rest takes.
    await accounts.setAccountStatus(accountId, 'removed', now());
    await revokeAll(accountId, 'api-key');
    await revokeAll(accountId, 'portal-session');
    for (const { id } of await subscriptions.listSubscriptions(accountId)) {
      await subscriptions.deleteSubscription(accountId, id);
      await slots.freeSlot({ accountId, kind: 'subscriptions', id });
    }
    return { body: { accountId, status: 'removed', effectiveAt: effectiveAfter(deps) } };
  };

  async function revokeAll(accountId: string, kind: CredentialKind): Promise<void> {
    for (const { id } of await credentials.listCredentials(accountId, kind, now())) {
      await credentials.revokeCredential(accountId, kind, id);
      await slots.freeSlot({ accountId, kind: credentialLimits[kind].slots, id });
    }
  }
}
