import { presentSession } from '../../../contract/account-views.ts';
import { formatCredential, hashCredentialSecret, parseLinkCode } from '../../../core/accounts/credential.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { type Refusal, refuse } from '../http/refusal.ts';
import { createAudit } from './audit.ts';

/**
 * The secret that the session gets here replaces the one that it was issued with: from now on, only whoever has opened the
 * link acts in it.
 */
export function createOpenPortalSession(
  deps: Pick<ApiDeps, 'credentials' | 'auditLog' | 'now' | 'randomBytes'>,
): Handler<'POST /portal-session'> {
  const audit = createAudit(deps);

  return async (request) => {
    const code = parseLinkCode(request.body.code);
    if (!code) return refuseLink();
    const secret = deps.randomBytes(32).toString('base64url');
    const session = await deps.credentials.openSession({
      id: code.id,
      linkSecretHash: hashCredentialSecret(code.secret),
      secretHash: hashCredentialSecret(secret),
      now: deps.now(),
    });
    if (!session?.expiresAt) return refuseLink();
    const { id, kind, accountId, capabilities, expiresAt } = session;
    // Nobody knows the token before this is recorded.
    const caller = { ...request, accountId, actor: { kind, id }, capabilities };
    await audit(caller, 'portal-session.opened', { details: { id, capabilities, expiresAt } });
    return { body: { ...presentSession(session), expiresAt, token: formatCredential(kind, id, secret) } };
  };
}

/** The same for a code that was used, has expired or never was: nobody learns which sessions there are. */
function refuseLink(): Refusal {
  return refuse(
    'link-not-good',
    'The link was used or has expired, or it is not complete; ask for a new one.',
  );
}
