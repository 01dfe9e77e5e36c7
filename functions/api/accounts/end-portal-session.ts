import type { Handler } from '../http/handler.ts';
import { createRevocation, type RevokeDeps } from './revoke-credential.ts';

export function createEndPortalSession(deps: RevokeDeps): Handler<'DELETE /portal-session'> {
  const revoke = createRevocation(deps, 'portal-session');

  return async (request) => {
    // It may have ended before: then all is as its owner wants it.
    await revoke(request, request.actor.id);
    return {};
  };
}
