import { presentApiKey } from '../../../contract/account-views.ts';
import { capabilitiesByRole } from '../../../core/accounts/credential.ts';
import type { Handler } from '../http/handler.ts';
import { createAudit } from './audit.ts';
import { createCredentialIssue, type IssueDeps } from './issue-credential.ts';

/** Only the helpdesk backend issues credentials: it knows which person may act for which account. */
export function createCreateApiKey(deps: IssueDeps): Handler<'POST /accounts/{accountId}/api-keys'> {
  const audit = createAudit(deps);
  const issueCredential = createCredentialIssue(deps);

  return async (request) => {
    const { accountId } = request.path;
    const { role, description } = request.body;
    const properties = { accountId, capabilities: capabilitiesByRole[role], description };
    const issued = await issueCredential({ kind: 'api-key', ...properties }, (id) =>
      audit(request, 'api-key.issued', { details: { id, role } }),
    );
    return 'problem' in issued ? issued : { body: { ...presentApiKey(issued.credential), key: issued.text } };
  };
}
