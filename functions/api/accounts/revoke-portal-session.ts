import type { Handler } from '../http/handler.ts';
import { createRevocation, type RevokeDeps } from './revoke-credential.ts';

export function createRevokePortalSession(
  deps: RevokeDeps,
): Handler<'DELETE /accounts/{accountId}/portal-sessions/{sessionId}'> {
  const revoke = createRevocation(deps, 'portal-session');

  return (request) => revoke(request, request.path.sessionId);
}
