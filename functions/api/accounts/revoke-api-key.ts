import type { Handler } from '../http/handler.ts';
import { createRevocation, type RevokeDeps } from './revoke-credential.ts';

export function createRevokeApiKey(
  deps: RevokeDeps,
): Handler<'DELETE /accounts/{accountId}/api-keys/{keyId}'> {
  const revoke = createRevocation(deps, 'api-key');

  return (request) => revoke(request, request.path.keyId);
}
