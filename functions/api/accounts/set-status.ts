import type { ApiDeps } from '../http/api-deps.ts';
import { effectiveAfter } from '../http/effect.ts';
import type { Handler } from '../http/handler.ts';
import { createAudit } from './audit.ts';

export function createSetAccountStatus(
  deps: Pick<ApiDeps, 'accounts' | 'auditLog' | 'cacheMs' | 'now'>,
): Handler<'PUT /accounts/{accountId}/status'> {
  const audit = createAudit(deps);

  return async (request) => {
    const { accountId, status } = { ...request.path, ...request.body };
    await audit(request, 'account.status-changed', { details: { status } });
    await deps.accounts.setAccountStatus(accountId, status, deps.now());
    return { body: { accountId, status, effectiveAt: effectiveAfter(deps) } };
  };
}
