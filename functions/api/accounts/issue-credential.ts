import { presentCredential } from '../../../contract/account-views.ts';
import {
  type Credential,
  formatCredential,
  hashCredentialSecret,
} from '../../../core/accounts/credential.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { type Refusal, refuse } from '../http/refusal.ts';

/** Stores a new credential. Its text is known only here: what is stored is a hash. */
export function createCredentialIssue(deps: Pick<ApiDeps, 'credentials' | 'now' | 'randomBytes'>) {
  return async function issueCredential(
    properties: Pick<Credential, 'kind' | 'accountId' | 'role' | 'description' | 'expiresAt'>,
    announce: (id: string) => Promise<void>,
  ): Promise<{ shown: ReturnType<typeof presentCredential>; text: string }> {
    const id = deps.randomBytes(12).toString('hex');
    const secret = deps.randomBytes(32).toString('base64url');
    const createdAt = deps.now().toISOString();
    const credential = { ...properties, id, createdAt, secretHash: hashCredentialSecret(secret) };
    await announce(id);
    await deps.credentials.createCredential(credential);
    return { shown: presentCredential(credential), text: formatCredential(properties.kind, id, secret) };
  };
}

/** Refuses a credential for an account that was removed. */
export async function refuseRemoved(
  { accounts }: Pick<ApiDeps, 'accounts'>,
  accountId: string,
): Promise<Refusal | undefined> {
  const status = await accounts.findAccountStatus(accountId);
  if (status !== 'removed') return undefined;
  return refuse('account-removed', 'The account was removed; set its status to "active" to use it again.');
}
