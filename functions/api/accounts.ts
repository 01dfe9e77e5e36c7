import * as z from 'zod';
import type { AccountStore } from '../../core/accounts/account-store.ts';
import type { CredentialStore } from '../../core/accounts/credential-store.ts';
import { identifierSchema } from '../../core/identifiers.ts';
import type { SubscriptionStore } from '../../core/subscriptions/subscription-store.ts';
import type { Audit } from './audit-log.ts';
import { type ApiRequest, type ApiResponse, parseBody, respondInvalid, respondJson } from './http.ts';
import { effectiveAfter } from './written-subscription.ts';

export interface AccountRouteDeps {
  readonly accounts: AccountStore;
  readonly subscriptions: SubscriptionStore;
  readonly credentials: CredentialStore;
  readonly cacheMs: number;
  readonly now: () => Date;
}

export const statusSchema = z.strictObject({
  status: z.enum(['active', 'suspended'], 'must be "active" or "suspended"'),
});

/** The account in the path of a backend's request, or the answer that says what is wrong with it. */
export function accountOf(request: ApiRequest): { accountId: string } | { problem: ApiResponse } {
  const parsed = identifierSchema.safeParse(request.pathParameters['accountId']);
  if (parsed.success) return { accountId: parsed.data };
  const [issue] = parsed.error.issues;
  return { problem: respondInvalid([{ field: 'accountId', message: issue?.message ?? '' }]) };
}

/** What the helpdesk backend says of an account as a whole. */
export function createAccountRoutes(deps: AccountRouteDeps, audit: Audit) {
  return {
    async setStatus(request: ApiRequest): Promise<ApiResponse> {
      const account = accountOf(request);
      if ('problem' in account) return account.problem;
      const parsed = parseBody(request, statusSchema);
      if ('problem' in parsed) return parsed.problem;
      const { accountId } = account;
      const { status } = parsed.body;
      await audit(request, accountId, 'account.status-changed', { details: { status } });
      await deps.accounts.setAccountStatus(accountId, status, deps.now());
      return respondJson(200, { accountId, status, effectiveAt: effectiveAfter(deps) });
    },

    /** May be repeated after a fault: what is gone stays gone. Events and deliveries go by their time to live. */
    async remove(request: ApiRequest): Promise<ApiResponse> {
      const account = accountOf(request);
      if ('problem' in account) return account.problem;
      const { accountId } = account;
      await audit(request, accountId, 'account.removed');
      // First of all: from here on no credential opens anything, however long the rest takes.
      await deps.accounts.setAccountStatus(accountId, 'removed', deps.now());
      for (const { id } of await deps.credentials.listApiKeys(accountId))
        await deps.credentials.revokeApiKey(accountId, id);
      for (const { id } of await deps.subscriptions.listSubscriptions(accountId))
        await deps.subscriptions.deleteSubscription(accountId, id);
      return respondJson(200, { accountId, status: 'removed', effectiveAt: effectiveAfter(deps) });
    },
  };
}
