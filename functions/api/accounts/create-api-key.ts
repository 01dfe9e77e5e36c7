import { maxApiKeysPerAccount } from '../../../core/accounts/credential.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { refuse } from '../http/refusal.ts';
import { createAudit } from './audit.ts';
import { createCredentialIssue, refuseRemoved } from './issue-credential.ts';

/** Only the helpdesk backend issues credentials: it knows which person may act for which account. */
export function createCreateApiKey(
  deps: Pick<ApiDeps, 'accounts' | 'credentials' | 'auditLog' | 'now' | 'randomBytes'>,
): Handler<'POST /accounts/{accountId}/api-keys'> {
  const audit = createAudit(deps);
  const issueCredential = createCredentialIssue(deps);

  return async (request) => {
    const { accountId } = request.path;
    const refusal = await refuseRemoved(deps, accountId);
    if (refusal) return refusal;
    const existing = await deps.credentials.listApiKeys(accountId);
    if (existing.length >= maxApiKeysPerAccount) {
      const detail = `An account has at most ${maxApiKeysPerAccount} API keys; revoke one first.`;
      return refuse('too-many-api-keys', detail);
    }
    const { role } = request.body;
    const { shown, text } = await issueCredential({ kind: 'api-key', accountId, ...request.body }, (id) =>
      audit(request, 'api-key.issued', { details: { id, role } }),
    );
    return { body: { ...shown, key: text } };
  };
}
