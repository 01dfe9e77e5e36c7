import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { createAudit } from './audit.ts';
import { createCredentialIssue, refuseRemoved } from './issue-credential.ts';

export function createCreatePortalSession(
  deps: Pick<ApiDeps, 'accounts' | 'credentials' | 'auditLog' | 'now' | 'randomBytes'>,
): Handler<'POST /accounts/{accountId}/portal-sessions'> {
  const audit = createAudit(deps);
  const issueCredential = createCredentialIssue(deps);

  return async (request) => {
    const { accountId } = request.path;
    const refusal = await refuseRemoved(deps, accountId);
    if (refusal) return refusal;
    const { role, expiresInSeconds } = request.body;
    const expiresAt = new Date(deps.now().getTime() + expiresInSeconds * 1_000).toISOString();
    const { shown, text } = await issueCredential(
      { kind: 'portal-session', accountId, role, description: '', expiresAt },
      (id) => audit(request, 'portal-session.issued', { details: { id, role, expiresAt } }),
    );
    const { description: _, ...session } = shown;
    return { body: { ...session, token: text } };
  };
}
