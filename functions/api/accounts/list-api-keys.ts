import { presentApiKey } from '../../../contract/account-views.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';
import { createCredentialPages } from './list-credentials.ts';

export function createListApiKeys(
  deps: Pick<ApiDeps, 'credentials' | 'cursorKey' | 'now'>,
): Handler<'GET /accounts/{accountId}/api-keys'> {
  return createCredentialPages(deps, 'api-key', presentApiKey);
}
