import {
  type Credential,
  type CredentialKind,
  formatCredential,
  hashCredentialSecret,
  maxApiKeysPerAccount,
  maxPortalSessionsPerAccount,
} from '../../../core/accounts/credential.ts';
import type { SlotKind } from '../../../core/accounts/slots.ts';
import type { ApiDeps } from '../http/api-deps.ts';
import { type Refusal, refuse } from '../http/refusal.ts';

export type IssueDeps = Pick<
  ApiDeps,
  'accounts' | 'credentials' | 'slots' | 'auditLog' | 'now' | 'randomBytes'
>;

interface CredentialLimit {
  readonly slots: SlotKind;
  readonly max: number;
  readonly slug: 'too-many-api-keys' | 'too-many-portal-sessions';
  readonly noun: string;
}

export const credentialLimits: Readonly<Record<CredentialKind, CredentialLimit>> = {
  'api-key': { slots: 'api-keys', max: maxApiKeysPerAccount, slug: 'too-many-api-keys', noun: 'API keys' },
  'portal-session': {
    slots: 'portal-sessions',
    max: maxPortalSessionsPerAccount,
    slug: 'too-many-portal-sessions',
    noun: 'sessions',
  },
};

type Issued = { readonly credential: Credential; readonly text: string };

/** Stores a new credential, if the account may have one more. Its text is known only here: what is stored is a hash. */
export function createCredentialIssue(deps: IssueDeps) {
  return async function issueCredential(
    properties: Omit<Credential, 'id' | 'createdAt' | 'secretHash' | 'lastUsedAt'>,
    announce: (id: string) => Promise<void>,
  ): Promise<Issued | Refusal> {
    const { kind, accountId } = properties;
    const removed = await refuseRemoved(deps, accountId);
    if (removed) return removed;
    const id = deps.randomBytes(12).toString('hex');
    const secret = deps.randomBytes(32).toString('base64url');
    const createdAt = deps.now().toISOString();
    const credential = { ...properties, id, createdAt, secretHash: hashCredentialSecret(secret) };
    const full = await refuseFull(kind, accountId, id);
    if (full) return full;
    await announce(id);
    await deps.credentials.createCredential(credential);
    return { credential, text: formatCredential(kind, id, secret) };
  };

  async function refuseFull(
    kind: CredentialKind,
    accountId: string,
    id: string,
  ): Promise<Refusal | undefined> {
    const { slots, max, slug, noun } = credentialLimits[kind];
    const listIds = async () =>
      (await deps.credentials.listCredentials(accountId, kind, deps.now())).map((live) => live.id);
    const hasRoom = (await listIds()).length < max;
    const request = { accountId, kind: slots, id, max };
    if (hasRoom && (await deps.slots.takeSlot(request, listIds, deps.now()))) return undefined;
    return refuse(slug, `An account has at most ${max} ${noun}; revoke one first.`);
  }
}

/** Refuses a credential for an account that was removed. */
async function refuseRemoved(
  { accounts }: Pick<ApiDeps, 'accounts'>,
  accountId: string,
): Promise<Refusal | undefined> {
  const status = await accounts.findAccountStatus(accountId);
  if (status !== 'removed') return undefined;
  return refuse('account-removed', 'The account was removed; set its status to "active" to use it again.');
}
