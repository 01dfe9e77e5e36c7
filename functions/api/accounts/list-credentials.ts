import type { Credential, CredentialKind } from '../../../core/accounts/credential.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { createPages, type PageRequest, pageOf } from '../http/pages.ts';

/** Lists an account's credentials of one kind, oldest first. An account has so few that they are read as a whole. */
export function createCredentialPages<View>(
  deps: Pick<ApiDeps, 'credentials' | 'cursorKey' | 'now'>,
  kind: CredentialKind,
  present: (credential: Credential) => View,
) {
  const readPage = createPages(deps);

  return (request: PageRequest) =>
    readPage(request, kind, async (limit, after) => {
      const all = await deps.credentials.listCredentials(request.accountId, kind, deps.now());
      const { items, next } = pageOf(all, positionOf, { limit, after });
      return { items: items.map(present), next };
    });
}

function positionOf({ createdAt, id }: Credential): string {
  return `${createdAt} ${id}`;
}
