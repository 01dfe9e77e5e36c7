import { presentSession } from '../../../contract/account-views.ts';
import { formatLinkCode, hashCredentialSecret } from '../../../core/accounts/credential.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { createAudit } from './audit.ts';
import { createCredentialIssue, type IssueDeps } from './issue-credential.ts';

/** The session waits for its link to be opened, or for its token to be used. */
export function createCreatePortalSession(
  deps: IssueDeps & Pick<ApiDeps, 'portalUrl'>,
): Handler<'POST /accounts/{accountId}/portal-sessions'> {
  const audit = createAudit(deps);
  const issueCredential = createCredentialIssue(deps);

  return async (request) => {
    const { accountId } = request.path;
    const { capabilities, locale, expiresInSeconds, linkExpiresInSeconds } = request.body;
    const inSeconds = (seconds: number) => new Date(deps.now().getTime() + seconds * 1_000).toISOString();
    const expiresAt = inSeconds(expiresInSeconds);
    const linkExpiresAt = inSeconds(Math.min(linkExpiresInSeconds, expiresInSeconds));
    const linkSecret = deps.randomBytes(32).toString('base64url');
    const issued = await issueCredential(
      {
        kind: 'portal-session',
        accountId,
        capabilities,
        description: '',
        expiresAt,
        ...(locale ? { locale } : {}),
        link: { secretHash: hashCredentialSecret(linkSecret), expiresAt: linkExpiresAt },
      },
      (id) => audit(request, 'portal-session.issued', { details: { id, capabilities, expiresAt } }),
    );
    if ('problem' in issued) return issued;
    const { credential, text: token } = issued;
    const link = new URLSearchParams({
      link: formatLinkCode(credential.id, linkSecret),
      ...(locale ? { lang: locale } : {}),
    });
    // What follows the # stays in the browser.
    const url = `${deps.portalUrl}/#${link.toString()}`;
    return { body: { ...presentSession(credential), url, linkExpiresAt, token } };
  };
}
