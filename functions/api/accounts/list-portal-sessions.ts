import { presentSession } from '../../../contract/account-views.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';

export function createListPortalSessions({
  credentials,
  now,
}: Pick<ApiDeps, 'credentials' | 'now'>): Handler<'GET /accounts/{accountId}/portal-sessions'> {
  return async ({ path: { accountId } }) => {
    const sessions = await credentials.listCredentials(accountId, 'portal-session', now());
    return { body: { items: sessions.map(presentSession), nextCursor: null } };
  };
}
