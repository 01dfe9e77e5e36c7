import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { refuseUnknown } from '../http/refusal.ts';
import { createAudit } from './audit.ts';

export function createRevokeApiKey(
  deps: Pick<ApiDeps, 'credentials' | 'auditLog' | 'now'>,
): Handler<'DELETE /accounts/{accountId}/api-keys/{keyId}'> {
  const audit = createAudit(deps);

  return async (request) => {
    const { accountId, keyId: id } = request.path;
    if (!/^[0-9a-f]{24}$/.test(id)) return refuseUnknown('API key');
    const existing = await deps.credentials.listApiKeys(accountId);
    if (!existing.some((key) => key.id === id)) return refuseUnknown('API key');
    await audit(request, 'api-key.revoked', { details: { id } });
    await deps.credentials.revokeApiKey(accountId, id);
    return {};
  };
}
