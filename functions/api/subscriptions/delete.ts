import { createAudit } from '../accounts/audit.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { effectiveAfter } from '../http/effect.ts';
import type { Handler } from '../http/handler.ts';
import { auditLifetime } from './audit-subscription.ts';
import { deleteRequested } from './change-subscription.ts';

export function createDeleteSubscription(
  deps: Pick<ApiDeps, 'subscriptions' | 'slots' | 'auditLog' | 'cacheMs' | 'now'>,
): Handler<'DELETE /subscriptions/{id}'> {
  const audit = createAudit(deps);

  return async (request) => {
    let audited: Promise<void> | undefined;
    const deleted = await deleteRequested(deps.subscriptions, request, (seen) => {
      audited ??= auditLifetime(audit, request, 'subscription.deleted', seen);
      return audited;
    });
    if ('problem' in deleted) return deleted;
    const { accountId, id } = deleted.subscription;
    await deps.slots.freeSlot({ accountId, kind: 'subscriptions', id });
    return { body: { effectiveAt: effectiveAfter(deps) } };
  };
}
