import { type AuditEntry, type AuditedAction, presentAuditEntry } from '../../core/accounts/audit.ts';
import type { AuditLog } from '../../core/accounts/audit-log.ts';
import type { AccountRequest, ApiRequest, ApiResponse } from './http.ts';
import { createPages, noFilter } from './pages.ts';

export interface AuditDeps {
  readonly auditLog: AuditLog;
  readonly now: () => Date;
}

/** Writes what a request is about to do; to be awaited before it does, so that nothing happens unseen. */
export type Audit = (
  request: ApiRequest,
  accountId: string,
  action: AuditedAction,
  about?: Pick<AuditEntry, 'subscriptionId' | 'details'>,
) => Promise<void>;

export function createAudit({ auditLog, now }: AuditDeps): Audit {
  return ({ actor, requestId, sourceIp }, accountId, action, about = {}) =>
    auditLog.recordAudit({
      accountId,
      at: now().toISOString(),
      action,
      actor,
      requestId,
      sourceIp,
      ...about,
    });
}

export function auditHeaders(
  audit: Audit,
  request: AccountRequest,
  subscriptionId: string,
  names: readonly string[],
): Promise<void> {
  return audit(request, request.accountId, 'headers.changed', { subscriptionId, details: { names } });
}

export function createAuditRoutes(
  deps: Pick<AuditDeps, 'auditLog'> & { readonly cursorKey: () => Promise<Uint8Array> },
) {
  const respondPage = createPages(deps, noFilter);
  return {
    list: (request: AccountRequest): Promise<ApiResponse> =>
      respondPage(request, 'audit-log', async (limit, after) => {
        const { entries, next } = await deps.auditLog.listAudit(request.accountId, limit, after);
        return { items: entries.map(presentAuditEntry), next };
      }),
  };
}
