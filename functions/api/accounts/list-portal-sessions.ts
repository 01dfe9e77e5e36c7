import { presentSession } from '../../../contract/account-views.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { createCredentialPages } from './list-credentials.ts';

export function createListPortalSessions(
  deps: Pick<ApiDeps, 'credentials' | 'cursorKey' | 'now'>,
): Handler<'GET /accounts/{accountId}/portal-sessions'> {
  return createCredentialPages(deps, 'portal-session', presentSession);
}
