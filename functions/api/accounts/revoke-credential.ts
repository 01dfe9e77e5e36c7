import type { CredentialKind } from '../../../core/accounts/credential.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import type { CallerContext } from '../http/handler.ts';
import { type Refusal, refuseUnknown } from '../http/refusal.ts';
import { createAudit } from './audit.ts';
import { credentialLimits } from './issue-credential.ts';

export type RevokeDeps = Pick<ApiDeps, 'credentials' | 'slots' | 'auditLog' | 'now'>;

const nouns = { 'api-key': 'API key', 'portal-session': 'session' } as const;

/** Revokes a credential of that kind, if the account has it. */
export function createRevocation(deps: RevokeDeps, kind: CredentialKind) {
  const audit = createAudit(deps);

  return async function revokeRequested(
    request: CallerContext,
    id: string,
  ): Promise<Refusal | Record<string, never>> {
    const { accountId } = request;
    const live = await deps.credentials.listCredentials(accountId, kind, deps.now());
    if (!live.some((credential) => credential.id === id)) return refuseUnknown(nouns[kind]);
    await audit(request, `${kind}.revoked`, { details: { id } });
    await deps.credentials.revokeCredential(accountId, kind, id);
    await deps.slots.freeSlot({ accountId, kind: credentialLimits[kind].slots, id });
    return {};
  };
}
