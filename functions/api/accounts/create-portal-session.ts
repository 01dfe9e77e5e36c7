import type { Handler } from '../http/handler.ts';
import { createAudit } from './audit.ts';
import { createCredentialIssue, type IssueDeps } from './issue-credential.ts';

export function createCreatePortalSession(
  deps: IssueDeps,
): Handler<'POST /accounts/{accountId}/portal-sessions'> {
  const audit = createAudit(deps);
  const issueCredential = createCredentialIssue(deps);

  return async (request) => {
    const { accountId } = request.path;
    const { role, expiresInSeconds } = request.body;
    const expiresAt = new Date(deps.now().getTime() + expiresInSeconds * 1_000).toISOString();
    const issued = await issueCredential(
      { kind: 'portal-session', accountId, role, description: '', expiresAt },
      (id) => audit(request, 'portal-session.issued', { details: { id, role, expiresAt } }),
    );
    if ('problem' in issued) return issued;
    const { description: _, ...session } = issued.shown;
    return { body: { ...session, token: issued.text } };
  };
}
