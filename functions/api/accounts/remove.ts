import type { ApiDeps } from '../http/api-deps.ts';
import { effectiveAfter } from '../http/effect.ts';
import type { Handler } from '../http/handler.ts';
import { createAudit } from './audit.ts';

type RemoveAccountDeps = Pick<
  ApiDeps,
  'accounts' | 'credentials' | 'subscriptions' | 'auditLog' | 'cacheMs' | 'now'
>;

/** May be repeated after a fault: what is gone stays gone. Events and deliveries expire by their time to live. */
export function createRemoveAccount(deps: RemoveAccountDeps): Handler<'DELETE /accounts/{accountId}'> {
  const audit = createAudit(deps);

  return async (request) => {
    const { accountId } = request.path;
    await audit(request, 'account.removed');
    // First, so that no credential works any more, however long the rest takes.
    await deps.accounts.setAccountStatus(accountId, 'removed', deps.now());
    for (const { id } of await deps.credentials.listApiKeys(accountId))
      await deps.credentials.revokeApiKey(accountId, id);
    for (const { id } of await deps.subscriptions.listSubscriptions(accountId))
      await deps.subscriptions.deleteSubscription(accountId, id);
    return { body: { accountId, status: 'removed', effectiveAt: effectiveAfter(deps) } };
  };
}
