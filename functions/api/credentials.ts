import * as z from 'zod';
import type { AccountStore } from '../../core/accounts/account-store.ts';
import {
  type Credential,
  formatCredential,
  hashCredentialSecret,
  maxApiKeysPerAccount,
  presentCredential,
} from '../../core/accounts/credential.ts';
import type { CredentialStore } from '../../core/accounts/credential-store.ts';
import { accountOf } from './accounts.ts';
import type { Audit } from './audit-log.ts';
import {
  type ApiRequest,
  type ApiResponse,
  parseOptionalBody,
  respondJson,
  respondNotFound,
  respondNothing,
  respondProblem,
} from './http.ts';

export interface CredentialRouteDeps {
  readonly accounts: AccountStore;
  readonly credentials: CredentialStore;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Buffer;
}

const role = z.enum(['read', 'manage'], 'must be "read" or "manage"').default('manage');
export const newApiKeySchema = z.strictObject({
  role,
  description: z.string('must be text').max(200, 'must have at most 200 characters').default(''),
});
const expiryError = 'must be a whole number of seconds from 60 to 43200';
export const newSessionSchema = z.strictObject({
  role,
  /** A working day is the longest that a page should stay open for. */
  expiresInSeconds: z.int(expiryError).min(60, expiryError).max(43_200, expiryError).default(3_600),
});

/** Only the helpdesk backend issues credentials: it knows which person may act for which account. */
export function createCredentialRoutes(deps: CredentialRouteDeps, audit: Audit) {
  /** Stores a new credential; the only moment at which its text is known. */
  async function issue(
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
  }

  /** The account, unless there is none to issue a credential for. */
  async function openAccount(request: ApiRequest): Promise<ReturnType<typeof accountOf>> {
    const account = accountOf(request);
    if ('problem' in account) return account;
    const status = await deps.accounts.findAccountStatus(account.accountId);
    if (status !== 'removed') return account;
    const detail = 'The account was removed; set its status to "active" to use it again.';
    return { problem: respondProblem('account-removed', detail) };
  }

  return {
    async createApiKey(request: ApiRequest): Promise<ApiResponse> {
      const account = await openAccount(request);
      if ('problem' in account) return account.problem;
      const parsed = parseOptionalBody(request, newApiKeySchema);
      if ('problem' in parsed) return parsed.problem;
      const { accountId } = account;
      const existing = await deps.credentials.listApiKeys(accountId);
      if (existing.length >= maxApiKeysPerAccount) {
        const detail = `An account has at most ${maxApiKeysPerAccount} API keys; revoke one first.`;
        return respondProblem('too-many-api-keys', detail);
      }
      const { shown, text } = await issue({ kind: 'api-key', accountId, ...parsed.body }, (id) =>
        audit(request, accountId, 'api-key.issued', { details: { id, role: parsed.body.role } }),
      );
      return respondJson(201, { ...shown, key: text });
    },

    async listApiKeys(request: ApiRequest): Promise<ApiResponse> {
      const account = accountOf(request);
      if ('problem' in account) return account.problem;
      const keys = await deps.credentials.listApiKeys(account.accountId);
      return respondJson(200, { items: keys.map(presentCredential), nextCursor: null });
    },

    async revokeApiKey(request: ApiRequest): Promise<ApiResponse> {
      const account = accountOf(request);
      if ('problem' in account) return account.problem;
      const { accountId } = account;
      const id = request.pathParameters['keyId'] ?? '';
      if (!/^[0-9a-f]{24}$/.test(id)) return respondNotFound('API key');
      const existing = await deps.credentials.listApiKeys(accountId);
      if (!existing.some((key) => key.id === id)) return respondNotFound('API key');
      await audit(request, accountId, 'api-key.revoked', { details: { id } });
      await deps.credentials.revokeApiKey(accountId, id);
      return respondNothing();
    },

    async createPortalSession(request: ApiRequest): Promise<ApiResponse> {
      const account = await openAccount(request);
      if ('problem' in account) return account.problem;
      const parsed = parseOptionalBody(request, newSessionSchema);
      if ('problem' in parsed) return parsed.problem;
      const { accountId } = account;
      const { role: sessionRole, expiresInSeconds } = parsed.body;
      const expiresAt = new Date(deps.now().getTime() + expiresInSeconds * 1_000).toISOString();
      const { shown, text } = await issue(
        { kind: 'portal-session', accountId, role: sessionRole, description: '', expiresAt },
        (id) =>
          audit(request, accountId, 'portal-session.issued', {
            details: { id, role: sessionRole, expiresAt },
          }),
      );
      const { description: _, ...session } = shown;
      return respondJson(201, { ...session, token: text });
    },
  };
}
