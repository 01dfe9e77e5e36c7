import { presentCredential } from '../../../contract/account-views.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { Handler } from '../http/handler.ts';

export function createListApiKeys({
  credentials,
  now,
}: Pick<ApiDeps, 'credentials' | 'now'>): Handler<'GET /accounts/{accountId}/api-keys'> {
  return async ({ path: { accountId } }) => {
    const keys = await credentials.listCredentials(accountId, 'api-key', now());
    return { body: { items: keys.map(presentCredential), nextCursor: null } };
  };
}
